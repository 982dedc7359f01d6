"""The tutor's mind: what to say next, decided from what was said and how. Speaks to no engine, reads no clock."""
