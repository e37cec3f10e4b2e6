"""Search: an index of the words of messages, inside the encrypted file, which forgets what is deleted at once."""
