"""Plumbing with no domain word: verdicts, identities, clock, tables, documents, uploads, progress of long work."""
