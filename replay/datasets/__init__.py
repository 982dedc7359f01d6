"""From the log to datasets: a spec chooses kind, filters, splits and formats; every row names what it was made from."""
