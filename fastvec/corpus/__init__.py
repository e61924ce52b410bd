"""Text to ids: sources, tokenizers, the vocabulary and the id stream on disk."""

from fastvec.corpus.corpus import Corpus
from fastvec.corpus.reading import as_corpus, read_corpus
from fastvec.corpus.vocabulary import Vocabulary

__all__ = ["Corpus", "Vocabulary", "as_corpus", "read_corpus"]
