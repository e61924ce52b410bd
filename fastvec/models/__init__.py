"""Models: parameters in, keyed vectors out."""
