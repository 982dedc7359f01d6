"""Dataset to trained model to promotion. Serves no learner."""
