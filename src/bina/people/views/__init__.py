"""Pages of people: the account, the directory, units, roles, the audit trail and the staff import."""
