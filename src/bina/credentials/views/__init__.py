"""Pages of hours and certificates, of their dated rules, and the public page on which anybody checks a paper."""
