"""The thin streaming edge: frame to command, event to frame. Decides nothing."""
