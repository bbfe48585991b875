"""What people experienced, as statements: a learning record store that speaks xAPI 1.0.3 and 2.0 (IEEE 9274.1.1)."""
