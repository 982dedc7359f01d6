"""What a learner said is sealed with a key of their own: keys, codec, blobs, forgetting."""
