"""What is answered at addresses of tools."""
