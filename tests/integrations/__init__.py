"""Tests of what other systems and standards bring in."""
