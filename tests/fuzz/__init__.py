"""Requests that no client would send: the response must always have the dialect's own shape."""
