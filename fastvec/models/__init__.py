"""Models: parameters in, keyed vectors out."""

from fastvec.models.glove import Glove
from fastvec.models.pipeline import resume, train
from fastvec.models.ppmi_svd import PpmiSvd
from fastvec.models.resuming import saved_output
from fastvec.models.word2vec import Word2Vec

__all__ = ["Glove", "PpmiSvd", "Word2Vec", "resume", "saved_output", "train"]
