"""Views of the portal: home and search, and the reports."""
