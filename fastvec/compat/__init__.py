"""Other libraries' interfaces, for programs that were written for them: change the import, and nothing else."""

from fastvec.compat import gensim

__all__ = ["gensim"]
