"""What the store shows: the xAPI resources for programs, pages for those who look after them."""
