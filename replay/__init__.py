"""From the log back to sessions and messages. Trains nothing and asks no model."""
