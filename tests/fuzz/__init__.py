"""Requests that no client would send: whatever comes in, what goes out is an answer in the dialect's own words."""
