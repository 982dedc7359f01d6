"""The kinds of dataset, one a file: pure functions from one session's recorded events to rows."""
