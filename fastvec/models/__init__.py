"""Models: parameters in, keyed vectors out."""

from fastvec.models.pipeline import train
from fastvec.models.word2vec import Word2Vec

__all__ = ["Word2Vec", "train"]
