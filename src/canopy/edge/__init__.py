"""Where people and programs come in: who asks, may they, and how are they answered."""
