"""The operator's commands. Never packaged."""
