"""Hours, certificates and their verification."""
