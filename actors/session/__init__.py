"""A learner's session: its state, the commands it takes, and the work that its state still asks for. All pure."""
