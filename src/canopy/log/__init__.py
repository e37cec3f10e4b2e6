"""The heart: one log of signed events, one door into it, and everything that is made from it."""
