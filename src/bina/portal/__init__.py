"""Pages that span the house: home per role, search, dashboards of HR and leaders, the team page of superiors."""
