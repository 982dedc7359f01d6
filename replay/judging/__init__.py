"""People compare two tutors' replies to the same words, without being told which is whose; the log keeps it."""
