"""`rosetta import`: copy the images of a running service to a deployment, through the dialect they share."""
