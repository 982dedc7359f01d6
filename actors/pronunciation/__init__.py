"""Pronunciation judged by a model of our own, trained by `training_actors` on rated recordings from the log."""
