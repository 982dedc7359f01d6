"""Feedback on one utterance: what could be said better and what each score rests on, in the learner's own language."""
