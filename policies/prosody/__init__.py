"""What is to be said of a speaker's breaks, melody, word stress and flow. Measures no sound."""
