"""What a row's audio and text are like, which rows pass, which are there twice, and what is personal in a text."""
