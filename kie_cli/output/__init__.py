"""What is seen. Knows no HTTP."""
