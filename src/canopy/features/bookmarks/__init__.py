"""What somebody saved to come back to: rows of this node for its own users."""
