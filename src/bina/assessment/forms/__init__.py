"""Forms of measuring: what people type, in a file for each thing that it is about."""
