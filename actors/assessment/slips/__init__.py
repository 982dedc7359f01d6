"""Slips that learners of English say, found by rules. Precision before recall: no rule fires on a doubtful sentence."""
