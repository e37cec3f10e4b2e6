"""Who was called by name, and where: rows of this node for its own users."""
