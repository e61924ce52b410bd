"""Keyed vectors, and one module for each file format."""
