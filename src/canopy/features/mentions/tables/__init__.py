"""What the room keeps: mentions of this node's users, and lists of those whom they often call."""
