"""Pure folds over the log, and the runner that stores each view with its position. Acts on nothing else."""
