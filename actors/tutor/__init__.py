"""Tutor engines: our rules, and any OpenAI-compatible provider. What may be said is decided in `policies.tutor`."""
