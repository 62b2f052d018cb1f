"""The `rosetta` command: a client of the HTTP API. Only `serve` and operators' commands need the server's code."""

__version__ = "1.0.0"
