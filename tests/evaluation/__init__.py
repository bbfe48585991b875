"""Tests of the mathematics: published values, properties, and recovery of known truth in simulation."""
