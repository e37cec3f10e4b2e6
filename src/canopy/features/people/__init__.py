"""People: replicated cards of users, the directory, registration."""
