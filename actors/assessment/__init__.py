"""Engines that assess how something was said: prosody, pronunciation and language. They decide nothing."""
