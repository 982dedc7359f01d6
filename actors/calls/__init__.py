"""Calls between processes of one machine over a Unix socket, for actors that answer often and at once.

A call through Ray and its answer take 2 to 4 ms here, one over a socket a fifth of a millisecond. Ray still places,
finds and restarts the actors, and carries the calls to other machines (`actors.calls.remote`, the only file that
knows it).
"""
