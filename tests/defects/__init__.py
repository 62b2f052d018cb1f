"""Mutation tests: typical defects are seeded into a copy of the project, and its test suites must catch them."""
