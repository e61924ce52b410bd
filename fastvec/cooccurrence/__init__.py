"""Co-occurrence: how often each word stands near each other word, by distance."""

from fastvec.cooccurrence.counting import count_cooccurrence
from fastvec.cooccurrence.matrix import Cooccurrence

__all__ = ["Cooccurrence", "count_cooccurrence"]
