"""Plans: written, agreed, followed."""
