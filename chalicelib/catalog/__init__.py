"""The domain: images, who may see and change them, and what storage has to promise. Standard library only."""
