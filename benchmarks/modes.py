"""The modes, and the parameters that all trainers share."""

from typing import NamedTuple

WINDOW, NEGATIVE, SAMPLE, MIN_COUNT = 5, 5, 1e-3, 5
#: Epochs for accuracy.
EPOCHS = 5
#: Seconds for which the machine's limits are measured, at least; about as long as a training.
LIMIT_SECONDS = 2.0
#: n-grams of characters, and the rows that these share.
SHORTEST, LONGEST, BUCKETS = 3, 6, 2_000_000
#: GloVe's; the first epoch is not timed.
GLOVE_WINDOW, GLOVE_EPOCHS = 10, 2


class Mode(NamedTuple):
    """A way of training; `loss` is "negative", "hierarchical" or, with GloVe, empty."""

    key: str
    title: str
    model: str
    loss: str
    dim: int
    has_ngrams: bool = False


MODES = {
    mode.key: mode
    for mode in (
        Mode("sg-ns-300", "skip-gram, negative, 300", "skipgram", "negative", 300),
        Mode("sg-ns-200", "skip-gram, negative, 200", "skipgram", "negative", 200),
        Mode("sg-ns-100", "skip-gram, negative, 100", "skipgram", "negative", 100),
        Mode("cbow-ns-300", "CBOW, negative, 300", "cbow", "negative", 300),
        Mode("cbow-ns-100", "CBOW, negative, 100", "cbow", "negative", 100),
        Mode("sg-hs-100", "skip-gram, hierarchical, 100", "skipgram", "hierarchical", 100),
        Mode("cbow-hs-100", "CBOW, hierarchical, 100", "cbow", "hierarchical", 100),
        Mode("sg-sub-300", "skip-gram with n-grams, 300", "skipgram", "negative", 300, True),
        Mode("sg-sub-100", "skip-gram with n-grams, 100", "skipgram", "negative", 100, True),
        Mode("cbow-sub-300", "CBOW with n-grams, 300", "cbow", "negative", 300, True),
        Mode("cbow-sub-100", "CBOW with n-grams, 100", "cbow", "negative", 100, True),
        Mode("glove-100", "GloVe, 100", "glove", "", 100),
    )
}
