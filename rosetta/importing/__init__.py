"""Moving in: what a running service of one of the dialects has, registered in a Rosetta."""
