"""The mathematics of the house: pure functions over arrays and frozen dataclasses, without web or database.

Every function names its formula, source, units and valid range; it refuses bad input with a ValueError in one sentence.
Randomness, where needed, comes in as a numpy Generator; the present moment comes in as an age in years.
"""
