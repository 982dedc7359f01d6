"""The stages of a turn: each asks engines for a piece of a session's work and yields the events that record it."""
