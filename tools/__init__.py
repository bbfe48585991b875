"""Tools of those who change the house; nothing here is needed to run it."""
