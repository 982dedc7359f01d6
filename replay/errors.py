"""Faults of replay; each message says what is wrong and the way out."""


class ReplayError(Exception):
    """Something of the log, a spec, a corpus or a dataset cannot be used."""
