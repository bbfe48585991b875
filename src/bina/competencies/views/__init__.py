"""Pages about what people can do: profiles and reasons, reviews, dictionaries, standards, trust in sources."""
