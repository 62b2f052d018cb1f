"""Build what is deployed: a developer's tool, not part of any bundle."""
