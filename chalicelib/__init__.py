"""One catalogue of virtual-machine images that speaks several HTTP dialects."""
