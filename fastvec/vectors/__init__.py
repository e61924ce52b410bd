"""Keyed vectors, and one module for each file format."""

from fastvec.vectors.formats import FORMATS, SUFFIXES, check_target
from fastvec.vectors.keyed import KeyedVectors
from fastvec.vectors.loading import load

__all__ = ["FORMATS", "SUFFIXES", "KeyedVectors", "check_target", "load"]
