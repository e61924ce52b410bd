"""Keyed vectors, and one module for each file format."""

from fastvec.vectors.formats import FORMATS, check_target, load
from fastvec.vectors.keyed import KeyedVectors

__all__ = ["FORMATS", "KeyedVectors", "check_target", "load"]
