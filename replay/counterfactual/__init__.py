"""Logged inputs through another engine: what would have changed, with intervals. Learners' streams stay as they are."""
