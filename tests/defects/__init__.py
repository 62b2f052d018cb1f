"""Defects of the sort that matter, seeded into a copy of the project, to see that its suites catch them."""
