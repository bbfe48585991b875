"""What other systems and standards ask for, one room each; they stand above the rooms they serve."""
