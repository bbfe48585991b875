"""The places of this room in the menu."""
