"""Co-occurrence: how often each word stands near each other word, by distance."""

from fastvec.models.cooccurrence.counting import count_cooccurrence
from fastvec.models.cooccurrence.matrix import Cooccurrence

__all__ = ["Cooccurrence", "count_cooccurrence"]
