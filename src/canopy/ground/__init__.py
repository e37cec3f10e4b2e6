"""The ground floor: words, numbers and errors. Knows nothing of chat and does no I/O."""
