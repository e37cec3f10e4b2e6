"""Messages in channels: posting, reading, threads; edits and deletions as the log carries them."""
