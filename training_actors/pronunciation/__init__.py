"""Trains the models of `actors.pronunciation`: rated recordings from the log in, a model with its card out."""
