"""What people decide: the room of the local page for two people."""
