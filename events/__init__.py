"""The facts: event values, their codec, the log and the blobs. Decides nothing and calls no model."""
