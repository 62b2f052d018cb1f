"""`rosetta`, the command: it speaks to a deployment over HTTP, and needs nothing of the server but to serve."""

__version__ = "0.1.0"
