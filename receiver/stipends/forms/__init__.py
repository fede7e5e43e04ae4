"""What the pages of stipends ask for."""
