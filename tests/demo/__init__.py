"""Tests of the demo agencies."""
