"""Commands of the demo room, one per file."""
