"""What the pages of people and arrivals ask for."""
