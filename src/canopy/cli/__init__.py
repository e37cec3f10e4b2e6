"""The command line. Verbs that only talk to a running node do not load the store."""
