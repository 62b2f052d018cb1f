"""What is deployed, made from the sources: a developer's tool, never a part of what it makes."""
