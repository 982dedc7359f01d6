"""One session again, from the log alone."""
