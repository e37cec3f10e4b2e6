"""What an agent needs to find its way: the manual that the node writes about itself."""
