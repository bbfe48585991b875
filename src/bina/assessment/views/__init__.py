"""Pages of this room: what can be measured, taking a test, rating behaviour, the item bank."""
