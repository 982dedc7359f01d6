"""Learner sessions, their hosts, and the model actors with their engine adapters. Knows no HTTP."""
