"""Practice systems: invented people and months, for learning and for trying things out. Nothing in them is real."""
