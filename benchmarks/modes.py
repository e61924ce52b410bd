"""The modes of training, and the parameters that all trainers share."""

from typing import NamedTuple

WINDOW, NEGATIVE, SAMPLE, MIN_COUNT = 5, 5, 1e-3, 5
#: Epochs for accuracy.
EPOCHS = 5
#: Seconds for which the machine's limits are measured, at least; about as long as a training.
LIMIT_SECONDS = 2.0
#: n-grams of characters, and the rows that these share; with floret n-grams and words share rows, two each.
SHORTEST, LONGEST, BUCKETS, FLORET_BUCKETS, HASHES = 3, 6, 2_000_000, 200_000, 2
#: The window of GloVe and PPMI-SVD, and GloVe's epochs, of which the first is not timed.
COUNT_WINDOW, GLOVE_EPOCHS = 10, 2
#: PPMI-SVD: the power of the context counts.
CONTEXT_POWER = 0.75


class Mode(NamedTuple):
    """A way of training; `loss` is "negative", "hierarchical" or, without epochs or with GloVe, empty."""

    key: str
    title: str
    model: str
    loss: str = ""
    #: "fasttext", "floret" or none.
    ngrams: str = ""
    context: str = "window"
    #: The text: the usual one, or the "large" one with a million words.
    text: str = "usual"
    dtype: str = "float32"

    @property
    def kind(self) -> str:
        """The key without dimensions, which says what trains it."""
        return self.key.rpartition("-")[0]

    @property
    def dim(self) -> int:
        """The dimensions."""
        return int(self.key.rpartition("-")[2])

    @property
    def is_large(self) -> bool:
        """Whether its text is the large one."""
        return self.text == "large"

    @property
    def trained_by(self) -> tuple[str, ...]:
        """What decides which code trains it."""
        return self.model, self.loss, self.ngrams, self.context, self.dtype

    def epochs(self, passes: int) -> int:
        """Return the epochs of a trainer that makes that many passes over the text."""
        return {"glove": passes * GLOVE_EPOCHS, "ppmi-svd": 1}.get(self.model, 1 if self.is_large else passes)


MODES = {
    mode.key: mode
    for mode in (
        Mode("sg-ns-300", "skip-gram, negative sampling, 300", "skipgram", "negative"),
        Mode("sg-ns-100", "skip-gram, negative sampling, 100", "skipgram", "negative"),
        Mode("cbow-ns-300", "CBOW, negative sampling, 300", "cbow", "negative"),
        Mode("cbow-ns-100", "CBOW, negative sampling, 100", "cbow", "negative"),
        Mode("sg-hs-100", "skip-gram, hierarchical softmax, 100", "skipgram", "hierarchical"),
        Mode("cbow-hs-100", "CBOW, hierarchical softmax, 100", "cbow", "hierarchical"),
        Mode("sg-pos-100", "structured skip-gram, 100", "skipgram", "negative", context="positional"),
        Mode("sg-sub-300", "skip-gram with n-grams, 300", "skipgram", "negative", "fasttext"),
        Mode("sg-sub-100", "skip-gram with n-grams, 100", "skipgram", "negative", "fasttext"),
        Mode("cbow-sub-300", "CBOW with n-grams, 300", "cbow", "negative", "fasttext"),
        Mode("cbow-sub-100", "CBOW with n-grams, 100", "cbow", "negative", "fasttext"),
        Mode("sg-floret-100", "skip-gram with floret's n-grams, 100", "skipgram", "negative", "floret"),
        Mode("cbow-floret-100", "CBOW with floret's n-grams, 100", "cbow", "negative", "floret"),
        Mode("glove-100", "GloVe, 100", "glove"),
        Mode("ppmi-svd-100", "PPMI-SVD, 100", "ppmi-svd"),
        Mode("dbow-100", "documents: PV-DBOW, 100", "pv-dbow", "negative"),
        Mode("sg-large-300", "skip-gram, a million words, 300", "skipgram", "negative", text="large"),
        Mode("sg-large-100", "skip-gram, a million words, 100", "skipgram", "negative", text="large"),
        Mode("cbow-large-300", "CBOW, a million words, 300", "cbow", "negative", text="large"),
        Mode("cbow-large-100", "CBOW, a million words, 100", "cbow", "negative", text="large"),
        Mode("sg-half-300", "skip-gram, float16, 300", "skipgram", "negative", text="large", dtype="float16"),
        Mode("cbow-half-300", "CBOW, float16, 300", "cbow", "negative", text="large", dtype="float16"),
    )
}
