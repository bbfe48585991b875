"""What is fast, measured against the promises, and how to measure it again."""
