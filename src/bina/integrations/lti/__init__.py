"""Learning tools of others: they are opened from a course, send scores back, and are told no more than they may know (LTI 1.3)."""
