"""Demo agencies: realistic, entirely fictional, the same for the same seed; so that no screen is empty on the first day."""
