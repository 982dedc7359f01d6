"""Hearing: what turns a learner's sound into speech probabilities and words."""
