"""What sentences allow: how far a window can reach, and why no word has a context."""

from fastvec.corpus.corpus import Corpus
from fastvec.corpus.vocabulary import Vocabulary
from fastvec.kernels.subsampling import keep_probability

#: Windows up to which it does not pay to look at sentences.
_SHORT = 20


def largest_distance(corpus: Corpus, window: int) -> int:
    """Return the window, or if no sentence is so long the largest distance between two words of one."""
    return window if window <= _SHORT else min(window, max(corpus.longest_sentence() - 1, _SHORT))


def why_no_context(corpus: Corpus, vocabulary: Vocabulary, sample: float | None, window: int) -> str:
    """Return why no word of a vocabulary has a context, and the cure."""
    words = f"{corpus.name}: no word has a context, so there is nothing to train on"
    if corpus.longest_sentence() < 2:
        if any(" " in word for word in vocabulary.words[:100]):
            return (
                f"{words}: each sentence is one word with spaces in it; pass strings, or split them into lists of words"
            )
        return f"{words}: each line is one word; put the words of a sentence, or of a document, on one line"
    kept = float(keep_probability(vocabulary.counts, sample) @ vocabulary.counts)
    if kept < 0.1 * vocabulary.n_tokens:
        return (
            f"{words}: subsampling with sample={sample:g} drops {1 - kept / vocabulary.n_tokens:.1%} of the words; "
            "raise sample (--sample), or set it to 0"
        )
    return (
        f"{words}: no two words of the vocabulary stand within {window:,} words of each other in a sentence; "
        "lower min_count (--min-count), or widen window (--window)"
    )
