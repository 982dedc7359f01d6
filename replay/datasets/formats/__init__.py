"""Rows to files, one format a file. A writer sees rows in order and knows nothing of the log."""
