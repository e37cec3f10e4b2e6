"""Administration of this node's own accounts, for its owner or a key with manage_node. Local rows only."""
