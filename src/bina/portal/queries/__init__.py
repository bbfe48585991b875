"""Questions that span the house: what a person's home shows, and the figures of the reports."""
