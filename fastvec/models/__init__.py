"""Models: parameters in, word and context vectors out."""

from fastvec.models.glove import Glove
from fastvec.models.ppmi_svd import PpmiSvd
from fastvec.models.word2vec import Word2Vec

__all__ = ["Glove", "PpmiSvd", "Word2Vec"]
