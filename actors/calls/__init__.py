"""Calls between processes of one machine over a Unix socket, for actors that answer often and at once.

A call with three seconds of sound in it and its answer take 2 to 2.5 ms through Ray here, and half a millisecond over a
socket. Ray still places, finds and restarts the actors, and carries the calls to other machines (`actors.calls.remote`,
the only file that knows it).
"""
