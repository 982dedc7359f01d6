"""Pure decisions: no clock, no random number, no I/O; what they need is passed in."""
