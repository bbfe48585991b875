"""H5P: small interactive contents, played in the closed frame, whose xAPI words become statements."""
