"""Stipends: what each person is owed for a month, and how it reaches their hand."""
