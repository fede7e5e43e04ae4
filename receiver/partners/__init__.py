"""Arrangements under which people arrive, and the organisations that help them."""
