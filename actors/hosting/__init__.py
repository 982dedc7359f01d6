"""Running sessions: mailbox, log, open utterances and the work under way. Plain asyncio; `actors.remote` adds Ray."""
