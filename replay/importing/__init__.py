"""Corpora and folders of recordings, made into learner sessions in the log."""
