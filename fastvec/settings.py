"""Every parameter of training, declared once.

Checks, the keywords of `fastvec.train`, the options of the command line and the tables of the documentation come from
these declarations. A default that is set again in a derived class replaces that of its base.
"""

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from fastvec.errors import InputError
from fastvec.parameters import Settings, closest, parameter, settings

if TYPE_CHECKING:
    from collections.abc import Collection
    from os import PathLike

    from numpy.typing import ArrayLike

    from fastvec.corpus import Vocabulary
    from fastvec.corpus.tokenizers import TokenizeLine
    from fastvec.phrases import Phrases
    from fastvec.subwords import Ngrams
    from fastvec.training.progress import Listener
    from fastvec.vectors import KeyedVectors

__all__ = ["Counting", "Glove", "PpmiSvd", "PvDbow", "Word2Vec"]


@settings
class Reading(Settings):
    """Reading text."""

    tokenizer: "str | TokenizeLine" = parameter(
        "whitespace",
        metavar="whitespace|words|MODULE:FUNCTION",
        help="How to split lines: at ASCII whitespace; into Unicode words, without punctuation; or by a Python "
        "function that returns the list of words of a line, such as jieba:lcut.",
    )
    lowercase: bool = parameter(False, help="Lower-case the words.")
    errors: Literal["replace", "ignore", "strict"] = parameter(
        "replace", help="What to do with bytes that are not UTF-8: replace them by U+FFFD, omit them, or stop."
    )
    cache_dir: "str | PathLike[str] | None" = parameter(
        None, shown="the user's cache directory", metavar="DIR", help="Where word ids of text that was read are cached."
    )
    cache: bool = parameter(
        True,
        flags={"--cache/--no-cache": None},
        help="Reuse cached word ids and cache new ones; or read the text again and cache nothing.",
    )


#: How the vector of a text is made of words.
Weighting = Literal["mean", "sif", "usif", "idf", "pv-dbow"]
#: Formats of files of vectors that can be written.
FileFormat = Literal[
    "safetensors",
    "word2vec-binary",
    "word2vec-text",
    "numpy",
    "fasttext",
    "floret",
    "parquet",
    "glove",
    "static-model",
    "projector",
]


@settings
class Texts(Settings):
    """Vectors of texts."""

    weighting: Weighting | None = parameter(
        None,
        shown="pv-dbow for vectors of that model, else mean",
        help="How much a word counts: all the same; less the more frequent it was in training, with what texts have in "
        "common removed (SIF, Arora et al. 2017; uSIF, Ethayarajh 2018); or the logarithm of the inverse frequency. "
        "With pv-dbow the vector that predicts the words is inferred (Le and Mikolov 2014): from vectors of that "
        "model, or from context vectors.",
    )


@settings
class Loading(Settings):
    """Reading a file of vectors."""

    limit: int | None = parameter(
        None,
        least=1,
        metavar="N",
        help="Read only the first, most frequent, N words.",
        known_as=("restrict_vocab", "vocab_limit"),
    )
    words: "Collection[str] | None" = parameter(
        None,
        flags={},
        metavar="collection of str",
        help="Keep only these words; those that the file lacks are ignored.",
    )
    dtype: Literal["float32", "float16", "int8"] | None = parameter(
        None,
        shown="that of the file",
        help="Kind of number to keep; float16 takes half the space, and int8, which only .safetensors files hold, a "
        "quarter.",
    )
    errors: Literal["strict", "replace", "skip"] = parameter(
        "strict",
        help="What to do with a damaged file: refuse it; or omit, and report, lines, words and numbers that cannot be "
        "read, repeated words and what contradicts the header. Of words that are not UTF-8, replace keeps the rest, "
        "with U+FFFD for invalid bytes, and skip omits them too.",
    )


@settings
class Words(Settings):
    """The words."""

    pairs: bool = parameter(
        False,
        help="Each line is not text but a pair: a word, its context of any kind and, in all lines or in none, a "
        "weight. Not for cbow and pv-dbow.",
        known_as=("dependencies", "edges"),
    )
    min_count: int = parameter(
        5, least=1, metavar="N", help="Ignore words that occur fewer times.", known_as=("minCount", "vocab_min_count")
    )
    max_vocab: int | None = parameter(
        None,
        least=2,
        shown="no limit",
        metavar="N",
        help="Keep the N most frequent words.",
        known_as=("max_final_vocab", "max_vocab_size", "vocab_limit"),
    )
    vocabulary: "Vocabulary | str | PathLike[str] | None" = parameter(
        None,
        flags={"--vocab": None},
        metavar="FILE",
        help="Train the words of this file, from `fastvec vocab`, not those that min_count and max_vocab choose.",
        known_as=("vocab", "read_vocab", "vocab_file"),
    )
    phrases: "Phrases | str | PathLike[str] | None" = parameter(
        None,
        metavar="FILE",
        help="Join the phrases of this file, from `fastvec phrases --save`, before words are counted. .safetensors "
        "files hold them too, for queries and other text.",
        known_as=("bigrams", "phraser"),
    )
    weights: "ArrayLike | str | PathLike[str] | None" = parameter(
        None,
        shown="1 for all",
        metavar="FILE",
        help="How often each sentence counts: a number of at least 0 for each line that has words. A file of one on a "
        "line, or .npy (in Python, an array or a list too). Counts of words are sums of weights, also for min_count.",
        known_as=("sample_weight", "sentence_weights", "class_weight"),
    )


@settings
class Result(Settings):
    """Vectors to start from, and to return."""

    vectors: Literal["word", "context", "sum"] | None = parameter(
        None,
        shown="sum for glove, and for cbow unless with hierarchical softmax, save_context or subwords; else word",
        help="Return word vectors, context vectors, or their sum.",
    )
    save_context: bool = parameter(
        False,
        help="Keep the context vectors too; .safetensors files hold them.",
        known_as=("saveOutput", "save_output"),
    )
    init_from: "KeyedVectors | str | PathLike[str] | None" = parameter(
        None,
        metavar="VECTORS",
        help="Start from these vectors, and their context vectors if they are there, instead of at random (skipgram "
        "and cbow). The dimensions are theirs. If they are good already, use a lower learning_rate.",
        known_as=("pretrainedVectors", "pretrained_vectors"),
    )
    init_vocab: Literal["old", "new", "union"] | None = parameter(
        None,
        shown="union",
        help="Which words to return with init_from: those that have vectors, those of the text, or both. Words that "
        "were not trained come last, unchanged, with a count of 0.",
    )


@settings
class Run(Settings):
    """Running.

    The vectors depend on none of these, but for several threads of word2vec that is not deterministic, and of pv-dbow.
    """

    output: "str | PathLike[str] | None" = parameter(
        None,
        flags={"--output": None, "-o": None},
        metavar="FILE",
        help="Where to write the vectors. The suffix chooses the format; `fastvec convert --help` lists them.",
        known_as=("save_file", "vectors_file"),
    )
    format: FileFormat | None = parameter(None, shown="that of the suffix", help="The format of output.")
    checkpoint: "str | PathLike[str] | None" = parameter(
        None,
        metavar="DIR",
        help="Save the state of the training in this new folder at intervals, and on Ctrl-C or SIGTERM, to resume "
        "from. Delete it when you no longer need it.",
        known_as=("checkpoint_dir", "checkpoint_every"),
    )
    every: str | None = parameter(
        None,
        shown="5m; as before where a training is resumed",
        metavar="TIME",
        help="How often to save the checkpoint: 30s, 10m, 2h; or 5% of the training.",
    )
    threads: int | None = parameter(
        None,
        least=1,
        shown="all cores that the process may use",
        metavar="N",
        help="Number of threads. With skipgram, cbow and pv-dbow, one thread always makes the same vectors of the same "
        "text, and several differ a little, unless deterministic; glove and ppmi-svd do not depend on it.",
        known_as=("workers", "thread", "n_threads", "num_threads", "n_jobs", "jobs", "cores"),
    )
    progress: "Listener | bool | None" = parameter(
        None,
        flags={},
        shown="a line where stderr is a terminal, and in notebooks",
        metavar="bool or function of a Progress",
        help="Whether to show the progress on a line; or a function of a `fastvec.Progress`, called about ten times a "
        "second in the thread of the caller.",
        known_as=("callbacks", "compute_loss", "verbose", "callback"),
    )


@settings
class Cluster(Settings):
    """Several machines."""

    cluster: str | None = parameter(
        None,
        metavar="ADDRESS|local:N",
        help="Train on the workers of the Dask scheduler at this address, such as tcp://host:8786, or on N processes "
        "of this machine. The text and the checkpoint are then paths or URLs that all workers can use.",
    )
    shards: int = parameter(
        8,
        least=1,
        metavar="N",
        help="Parts of the text that skipgram and cbow train on at the same time, each in one thread. More of them "
        "cost quality.",
    )
    rounds: int = parameter(12, least=1, metavar="N", help="How often the trainings of the shards are merged.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cluster is not None and not re.fullmatch(r"local:[1-9]\d*|\w+://\S+", str(self.cluster)):
            raise InputError(f"cluster must be an address such as tcp://host:8786, or local:N, not {self.cluster!r}")


_SEED: dict[str, Any] = {"metavar": "N", "help": "Seed of all random numbers.", "known_as": ("random_state",)}
_SAMPLE: dict[str, Any] = {
    "metavar": "N",
    "help": "Randomly drop words more frequent than this fraction of the text (subsampling); 0 keeps all.",
    "known_as": ("t", "subsample", "downsample"),
}


def _sample(usual: float) -> Any:
    """Declare `sample`, with a default that depends on the text; see `Model.for_words`."""
    return parameter(None, shown=f"{usual:g}; 0 for texts of fewer than {1 / usual:,.0f} words", **_SAMPLE)


_EPOCHS: dict[str, Any] = {
    "least": 1,
    "metavar": "N",
    "known_as": ("iter", "epoch", "max_iter", "passes", "num_epochs"),
}
_RATE: dict[str, Any] = {
    "inclusive": False,
    "metavar": "N",
    "flags": {"--lr": None, "--learning-rate": None},
    "known_as": ("lr", "alpha", "eta", "step", "start_alpha"),
}


@settings
class Model(Settings):
    """What all models have."""

    #: What help calls the models.
    title: ClassVar[str]
    #: Whether the model starts from co-occurrences.
    counts: ClassVar[bool] = False
    #: Parameters that serve counting alone, beside those of `Counting`.
    for_counting: ClassVar[tuple[str, ...]] = ()
    #: `sample` by default, unless the text is so short that each of its words is more frequent.
    usual_sample: ClassVar[float] = 1e-3

    @classmethod
    def heading(cls) -> str:
        """Return what help and documentation call the model."""
        return cls.title

    model: str = parameter("", flags={}, help="Its name.", known_as=("sg", "cbow"))
    dim: int = parameter(
        100, least=1, metavar="N", help="Dimensions of the vectors.", known_as=("vector_size", "size", "d")
    )
    seed: int = parameter(1, **_SEED)

    @property
    def has_context_vectors(self) -> bool:
        """Whether there are context vectors."""
        return True

    @property
    def default_vectors(self) -> str:
        """The vectors that serve best: "word", "context" or "sum"."""
        return "word"

    def for_words(self, n_words: int, n_tokens: int | None = None, *, is_initialised: bool = False) -> Self:
        """Return the parameters with those defaults set that depend on the text: here `sample`.

        Parameters
        ----------
        n_words : int
            Words that are trained.
        n_tokens : int or None
            How often they occur; None is often.
        is_initialised : bool
            Whether training starts from vectors that were given.
        """
        changes: dict[str, Any] = {}
        if getattr(self, "sample", None) is None:
            is_short = n_tokens is not None and n_tokens * self.usual_sample < 1
            changes["sample"] = 0.0 if is_short else self.usual_sample
        return replace(self, **changes)


@settings
class Word2Vec(Model):
    """word2vec: skip-gram and CBOW (Mikolov et al. 2013a, 2013b)."""

    title: ClassVar[str] = "word2vec (--model skipgram or cbow)"
    #: Learning rates at the start: from random weights, from a PPMI-SVD, with subwords, and with both; tuned on
    #: Wikipedia, confirmed on novels and on Chinese.
    learning_rates: ClassVar[dict[tuple[str, str], tuple[float, float, float, float]]] = {
        ("skipgram", "negative"): (0.05, 0.025, 0.05, 0.025),
        ("skipgram", "hierarchical"): (0.025, 0.018, 0.025, 0.018),
        ("cbow", "negative"): (0.075, 0.05, 0.3, 0.15),
        ("cbow", "hierarchical"): (0.05, 0.035, 0.2, 0.1),
        ("skipgram", "other losses"): (0.06, 0.025, 0.05, 0.025),
        ("cbow", "other losses"): (0.1, 0.035, 0.3, 0.15),
    }
    #: The words of texts that start from a PPMI-SVD by default: fewer show too little, and more take much memory.
    warm_words: ClassVar[tuple[int, int]] = (1_000, 250_000)
    #: The losses with noise words.
    sampling: ClassVar[tuple[str, ...]] = ("negative", "nce", "sampled-softmax", "ranking")
    #: Words that a softmax over all of them has at most: 10,000 take about as long as 2,000 noise words.
    most_softmax_words: ClassVar[int] = 10_000

    model: Literal["skipgram", "cbow"] = "skipgram"
    loss: Literal["negative", "hierarchical", "nce", "sampled-softmax", "ranking", "softmax"] = parameter(
        "negative",
        help="Negative sampling; hierarchical softmax over a Huffman tree; noise contrastive estimation; softmax over "
        "the word and noise words; the margin by which a word scores above noise words; or softmax over all words, at "
        f"most {most_softmax_words:,}, each of which costs time in every step.",
        known_as=("hs", "objective"),
    )
    context: Literal["window", "line", "directional", "positional"] = parameter(
        "window",
        help="What the context of a word is: the words around it; all words of its line, in any order (item2vec); the "
        "words on its left and on its right, told apart by context vectors of their own; or the same for each distance "
        "(Ling et al. 2015), which takes 2 window times the memory for context vectors. Of a line of more than "
        "window + 1 words, each word meets about 2 window others in an epoch, chosen at random.",
    )
    window: int = parameter(
        5,
        least=1,
        metavar="N",
        help="Largest distance of a context word; each word draws its own from 1 to N.",
        known_as=("ws", "window_size"),
    )
    fixed_window: bool = parameter(
        False, help="Take the whole window for each word.", known_as=("shrink_windows", "dynamic_window")
    )
    negative: int | None = parameter(
        5,
        least=1,
        only={"loss": sampling},
        metavar="N",
        help="Noise words for each word, with the losses that have them.",
        known_as=("neg", "negatives", "n_negative"),
    )
    ns_exponent: float | None = parameter(
        0.75,
        least=-10,
        only={"loss": sampling},
        metavar="N",
        help="Power of the word counts from which noise words are drawn.",
    )
    sample: float | None = _sample(Model.usual_sample)
    epochs: int = parameter(5, help="Passes over the text.", **_EPOCHS)
    learning_rate: float | None = parameter(
        None,
        shown="; ".join(
            case + ", ".join(f"{rates[at]} {model} {loss}" for (model, loss), rates in table if rates[at])
            for table in [learning_rates.items()]
            for at, case in enumerate(("", "with init ppmi-svd ", "with subwords ", "with both "))
        ),
        help="Learning rate at the start.",
        **_RATE,
    )
    min_learning_rate: float | None = parameter(
        None,
        shown="a ten-thousandth of learning_rate",
        flags={"--min-lr": None, "--min-learning-rate": None},
        metavar="N",
        help="Learning rate at the end, after a linear decay.",
        known_as=("min_alpha", "end_alpha", "min_lr"),
    )
    cbow_update: Literal["word2vec", "corrected"] | None = parameter(
        None,
        shown="word2vec; with subwords corrected",
        only={"model": ("cbow",)},
        help="Gradient of the context words of cbow: the whole for each, as in word2vec.c and gensim; or divided by "
        "their number (Irsoy et al. 2021), which wants a higher learning rate.",
        known_as=("cbow_mean",),
    )
    init: Literal["ppmi-svd", "word2vec", "xavier"] | None = parameter(
        None,
        shown="ppmi-svd for {:,} to {:,} words, and at least dim; else word2vec".format(*warm_words),
        help="How weights start: ppmi-svd, the PPMI-SVD vectors of the same text; word2vec, inputs uniform in "
        "±1/(2 dim), outputs zero; or xavier, both uniform in ±sqrt(6 / (words + dim)) (Glorot and Bengio 2010). "
        "ppmi-svd gives better vectors, and takes some seconds and more memory. Not with init_from.",
    )

    freeze: Literal["word", "context"] | None = parameter(
        None,
        shown="none",
        help="Leave the word vectors, or the context vectors, of init_from as they are and train the others. Words "
        "that it lacks are trained in both.",
    )

    subwords: str | None = parameter(
        None,
        only={"loss": ("hierarchical", *sampling)},
        shown="none",
        metavar="MIN-MAX|floret[:MIN-MAX]",
        help="Lengths of the character n-grams whose vectors, with its own, make that of a word, as in fastText: 3-6. "
        "With floret, the default lengths are 4-5, and words and n-grams share few rows. Words that are not in the "
        "text have vectors too.",
        known_as=("minn", "maxn", "min_n", "max_n"),
    )
    buckets: int | None = parameter(
        None,
        least=1,
        shown="2,000,000 with subwords, 100,000 with floret",
        metavar="N",
        help="Rows of n-grams at most, which share them by their hashes.",
        known_as=("bucket",),
    )
    hashes: int | None = parameter(
        None,
        least=1,
        shown="2 with subwords floret",
        metavar="N",
        help="Rows of each n-gram, at most 4.",
        known_as=("hashCount", "hash_count"),
    )

    dtype: Literal["float32", "float16"] = parameter(
        "float32",
        help="Kind of number of the weights, and so of the vectors. float16 takes half the memory, in training and "
        "after it; sums are float32.",
    )
    deterministic: bool = parameter(
        False,
        help="Make the same vectors of the same text and seed with any number of threads. Takes three times the memory "
        "for the vectors; more than two threads are hardly faster than two.",
        known_as=("reproducible",),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.subwords is None and self.buckets is not None:
            raise InputError("buckets applies with subwords only; omit it")
        if self.subwords is not None and self.freeze is not None:
            raise InputError("freeze applies without subwords only; omit it")
        if self.freeze == "context" and not self.has_context_vectors:
            raise InputError("hierarchical softmax has no context vectors; omit freeze, or freeze word")
        if self.hashes is not None and (self.ngrams is None or not self.ngrams.hashes):
            raise InputError("hashes applies with subwords floret only; omit it")
        if self.hashes is not None and self.hashes > 4:
            raise InputError(f"hashes must be at most 4, not {self.hashes}")
        _ = self.ngrams
        self._check_places()
        start, end = self.learning_rate, self.min_learning_rate
        if start is not None and end is not None and end > start:
            raise InputError(f"min_learning_rate must be at most learning_rate ({start}), not {end}")

    def _check_places(self) -> None:
        """Refuse places of contexts in modes that have none."""
        if self.context not in ("directional", "positional"):
            return
        for name, usual in (("loss", "negative"), ("subwords", None), ("freeze", None)):
            if (value := getattr(self, name)) != usual:
                raise InputError(f"context {self.context!r} does not go with {name} {value!r}; omit one of them")
        if (self.context, self.model) == ("positional", "cbow"):
            raise InputError("context 'positional' needs model skipgram; choose 'directional' for cbow")

    def for_words(self, n_words: int, n_tokens: int | None = None, *, is_initialised: bool = False) -> Self:
        """Return the parameters with `sample`, `init` and the learning rates set as they suit the text."""
        least, most = self.warm_words
        best: Any = "ppmi-svd" if not is_initialised and max(least, self.dim) <= n_words <= most else "word2vec"
        usual: Any = "word2vec" if self.subwords is None else "corrected"
        update = self.cbow_update or usual if self.model == "cbow" else None
        chosen = replace(super().for_words(n_words, n_tokens), init=self.init or best, cbow_update=update)
        start = chosen.default_rate if self.learning_rate is None else self.learning_rate
        end = start * 1e-4 if self.min_learning_rate is None else self.min_learning_rate
        return replace(chosen, learning_rate=start, min_learning_rate=end)

    @cached_property
    def ngrams(self) -> "Ngrams | None":
        """The n-grams of words, or None without subwords."""
        if self.subwords is None:
            return None
        from fastvec.subwords import Ngrams  # here, for help that does without NumPy

        text = str(self.subwords)
        text = "floret:4-5" if text == "floret" else text
        match = re.fullmatch(r"(floret:)?([1-9]\d?)-([1-9]\d?)", text)
        shortest, longest = (int(match[2]), int(match[3])) if match else (1, 0)
        if match is None or shortest > longest:
            raise InputError(
                "subwords must be two lengths of n-grams such as '3-6', or floret, or floret with lengths such as "
                f"'floret:4-5', not {self.subwords!r}"
            )
        if match[1]:
            return Ngrams(shortest, longest, self.buckets or 100_000, self.hashes or 2)
        return Ngrams(shortest, longest, self.buckets or 2_000_000)

    @property
    def n_places(self) -> int:
        """How many places contexts have, each with context vectors of its own."""
        return {"directional": 2, "positional": 2 * self.window}.get(self.context, 1)

    @property
    def shrinks(self) -> bool:
        """Whether each word draws a window of its own."""
        return not self.fixed_window and self.context != "line"

    @property
    def default_rate(self) -> float:
        """The learning rate that suits the mode."""
        case = 2 * (self.subwords is not None) + (self.init == "ppmi-svd")
        rates = self.learning_rates
        return rates.get((self.model, self.loss), rates[self.model, "other losses"])[case]

    @property
    def has_context_vectors(self) -> bool:
        """Whether there are context vectors: the outputs of hierarchical softmax are no words."""
        return self.loss != "hierarchical"

    @property
    def default_vectors(self) -> str:
        """The vectors that serve best: with CBOW, whose context vectors are each trained on a whole window, the sum."""
        return "sum" if self.model == "cbow" and self.has_context_vectors and self.subwords is None else "word"


@settings
class Counting(Settings):
    """What is counted as a co-occurrence, and with what weight."""

    window: int = parameter(
        10, least=1, metavar="N", help="Largest distance of a context word.", known_as=("ws", "window_size")
    )
    context: Literal["window", "line", "directional"] = parameter(
        "window",
        help="What the context of a word is: the words around it; all words of its line, in any order, each with "
        "weight 1; or the words on its left and on its right, told apart. Of a line of more than window + 1 words, "
        "each word meets about 2 window others, chosen at random.",
    )
    weighting: Literal["harmonic", "linear", "flat"] | None = parameter(
        "harmonic",
        only={"context": ("window", "directional")},
        help="Weight of a pair of words at distance d: 1/d, as in GloVe; (window + 1 - d) / window, the mean of "
        "word2vec's random windows; or 1.",
        known_as=("distance_weighting",),
    )
    side: Literal["both", "left", "right"] | None = parameter(
        "both",
        only={"context": ("window",)},
        flags={"--symmetric": "both", "--left": "left", "--right": "right"},
        help="Where the contexts of a word are: on both sides of it, to the left or to the right.",
        known_as=("symmetric",),
    )
    cell_min_count: float = parameter(0.0, metavar="N", help="Drop pairs of words with a total weight below N.")
    sample: float | None = parameter(0.0, **_SAMPLE)
    subsampling: Literal["dirty", "clean"] = parameter(
        "dirty",
        help="dirty: drop frequent words first, so that windows reach further, as in word2vec; clean: keep their "
        "places as gaps.",
    )
    seed: int = parameter(1, **_SEED)

    @property
    def sides(self) -> int:
        """How many columns a word has: 2 if its left and its right are counted apart."""
        return 2 if self.context == "directional" else 1


@settings
class Phrasing(Settings):
    """Finding phrases."""

    #: Score above which a pair is a phrase: word2phrase's own, and a comparable one.
    thresholds: ClassVar[dict[str, float]] = {"word2phrase": 100.0, "npmi": 0.5}

    min_count: int = parameter(5, least=1, metavar="N", help="Ignore pairs of words that occur fewer times.")
    scoring: Literal["word2phrase", "npmi"] = parameter(
        "word2phrase",
        help="Score of two words: how many times more often than by chance they are adjacent, with min_count "
        "subtracted; or their normalised pointwise mutual information, from -1 to 1.",
        known_as=("scorer",),
    )
    threshold: float | None = parameter(
        None,
        least=float("-inf"),
        shown="100, with npmi 0.5",
        metavar="N",
        help="Score that a phrase must exceed: the lower, the more phrases.",
    )
    passes: int = parameter(
        1, least=1, metavar="N", help="Number of passes; N passes find phrases of up to 2^N words.", known_as=("iter",)
    )
    delimiter: str = parameter("_", metavar="TEXT", help="What to put between the words of a phrase.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.delimiter, str) or any(map(str.isspace, self.delimiter)):
            raise InputError(f"delimiter must be a string without white space, not {self.delimiter!r}")
        if self.threshold is None:
            object.__setattr__(self, "threshold", self.thresholds[self.scoring])


@settings
class Counted(Counting, Model):
    """Parameters of a model that starts from co-occurrences."""

    counts: ClassVar[bool] = True
    for_counting: ClassVar[tuple[str, ...]] = ("memory",)

    memory: int | None = parameter(
        None,
        least=1,
        shown="a quarter of what is available",
        metavar="SIZE",
        help="Memory for co-occurrences, such as 500M or 2G (in Python, bytes); the rest goes to disk. The vectors do "
        "not depend on it.",
    )


@settings
class Glove(Counted):
    """GloVe (Pennington, Socher and Manning 2014).

    The defaults suit some ten million words of text. GloVe's own (`x_max` 100, `learning_rate` 0.05, `sample` 0) were
    chosen for billions, and leave most cells of a small corpus with next to no weight.
    """

    title: ClassVar[str] = "GloVe (--model glove)"
    for_counting: ClassVar[tuple[str, ...]] = ()  # cells are sorted within `memory` too

    window: int = 15
    sample: float | None = _sample(Model.usual_sample)
    model: Literal["glove"] = "glove"
    epochs: int = parameter(15, help="Passes over the pairs of words.", **_EPOCHS)
    learning_rate: float = parameter(
        0.1, help="Learning rate of AdaGrad for the vectors; that of the biases is 1.", **_RATE
    )
    x_max: float = parameter(
        10.0,
        inclusive=False,
        metavar="N",
        help="Cut-off: pairs of words that occur this often or more get full weight.",
    )
    alpha: float = parameter(
        0.75, metavar="N", help="Exponent: a pair that occurs x times, x < x_max, gets weight (x / x_max)^alpha."
    )
    grad_clip: float = parameter(100.0, inclusive=False, metavar="N", help="Largest gradient of a weight.")
    tolerance: float = parameter(
        0.0, metavar="N", help="Stop once an epoch lowers the mean cost by less than this fraction of it (0: never)."
    )

    @property
    def default_vectors(self) -> str:
        """The vectors that serve best."""
        return "sum"


@settings
class PpmiSvd(Counted):
    """PPMI-SVD (Levy, Goldberg and Dagan 2015).

    The defaults were chosen on Wikipedia: a wide window with harmonic weights, and frequent words thinned out.
    """

    title: ClassVar[str] = "PPMI-SVD (--model ppmi-svd)"

    usual_sample: ClassVar[float] = 1e-4
    sample: float | None = _sample(usual_sample)
    model: Literal["ppmi-svd"] = "ppmi-svd"
    cds: float = parameter(
        0.75, metavar="N", help="Context distribution smoothing: power of the context counts in the PPMI."
    )
    shift: float = parameter(
        1.0,
        inclusive=False,
        metavar="N",
        help="Shifted PPMI: subtract log(N), like N negative samples; 1 shifts nothing.",
    )
    eig: float = parameter(
        0.5,
        metavar="N",
        help="Power of the singular values in the word vectors; 0 omits them, 1 weakens similarities a lot.",
    )
    context_eig: float | None = parameter(
        None,
        shown="as eig",
        metavar="N",
        help="Power of the singular values in the context vectors. With 1 less --eig, word times context vectors "
        "are the PPMI.",
    )
    oversampling: int = parameter(
        20, metavar="N", help="Extra dimensions of the randomised SVD: more is slower and more exact."
    )
    tolerance: float = parameter(
        1e-2, inclusive=False, metavar="N", help="Relative residual of the singular vectors at which the SVD stops."
    )


@settings
class PvDbow(Model):
    """PV-DBOW: the vectors of documents predict their words (Le and Mikolov 2014).

    A document is a line. The vectors of words are the output vectors, in one space with those of documents.
    """

    title: ClassVar[str] = "PV-DBOW (--model pv-dbow)"
    usual_sample: ClassVar[float] = 1e-4

    model: Literal["pv-dbow"] = "pv-dbow"
    negative: int = parameter(
        5,
        least=1,
        metavar="N",
        help="Noise words for each word of a document; two words share each.",
        known_as=("neg", "negatives", "n_negative"),
    )
    ns_exponent: float = parameter(
        0.75, least=-10, metavar="N", help="Power of the word counts from which noise words are drawn."
    )
    sample: float | None = _sample(usual_sample)
    epochs: int = parameter(10, help="Passes over the text.", **_EPOCHS)
    learning_rate: float = parameter(0.1, help="Learning rate at the start, from which it falls to 0.", **_RATE)
    init: Literal["ppmi-svd", "word2vec"] | None = parameter(
        None,
        shown="ppmi-svd for {:,} to {:,} words, and at least dim; else word2vec".format(*Word2Vec.warm_words),
        help="How weights start: words from the PPMI-SVD vectors of the same text, and documents uniform in "
        "±1/(2 dim); or words from zero (word2vec).",
    )

    def for_words(self, n_words: int, n_tokens: int | None = None, *, is_initialised: bool = False) -> Self:
        """Return the parameters with `sample` and `init` set as they suit the text."""
        least, most = Word2Vec.warm_words
        best: Any = "ppmi-svd" if max(least, self.dim) <= n_words <= most else "word2vec"
        return replace(super().for_words(n_words, n_tokens), init=self.init or best)

    @property
    def has_context_vectors(self) -> bool:
        """Whether there are context vectors: the outputs are the vectors of words."""
        return False


#: What decides about all vectors, beside the parameters of a model; and what decides about none.
ARGUMENTS: tuple[type[Settings], ...] = (Words, Reading, Result)
#: The parameters of each model, by its name.
MODELS: dict[str, type[Model]] = {
    "skipgram": Word2Vec,
    "cbow": Word2Vec,
    "glove": Glove,
    "ppmi-svd": PpmiSvd,
    "pv-dbow": PvDbow,
}
#: What other trainers call a model, in lower case and without signs between its parts.
_MODEL_NAMES = {
    "sg": "skipgram", "sgns": "skipgram", "word2vec": "skipgram", "w2v": "skipgram", "sghs": "skipgram",
    "continuousbagofwords": "cbow", "cb": "cbow",
    "ppmi": "ppmi-svd", "pmi": "ppmi-svd", "svd": "ppmi-svd", "svdppmi": "ppmi-svd", "lsa": "ppmi-svd",
    "doc2vec": "pv-dbow", "paragraph2vec": "pv-dbow", "dbow": "pv-dbow",
}  # fmt: skip
_SUBWORDS = "train skipgram or cbow with subwords (--subwords 3-6)"
_DOCUMENTS = "vectors of documents are those of model pv-dbow, or means of words (`fastvec embed`)"
_CLASSIFIERS = "classifiers are not trained; train one on the vectors with scikit-learn, say"
_MOVER = "Word Mover's Distance is not computed; gensim has it (`KeyedVectors.to_gensim`)"
_CONTEXTUAL = "each word has one vector here, whatever its context"
#: What is out of scope, by the names that are asked for, and why.
OUT_OF_SCOPE = {
    **dict.fromkeys(("fasttext", "subword", "subwords", "floret"), _SUBWORDS),
    **dict.fromkeys(("pvdm", "dm", "sent2vec", "print-sentence-vectors"), _DOCUMENTS),
    **dict.fromkeys(("supervised", "classifier", "predict", "predict-prob", "autotune", "quantize"), _CLASSIFIERS),
    **dict.fromkeys(("wmd", "wmdistance"), _MOVER),
    **dict.fromkeys(("bert", "elmo", "gpt", "transformer"), _CONTEXTUAL),
}


def check_model(name: object) -> None:
    """Refuse what is no name of a model; the message has the right one, or why there is none."""
    if name in MODELS:
        return
    plain = str(name).lower().replace("-", "").replace("_", "").replace(" ", "")
    names = _MODEL_NAMES | {model.replace("-", ""): model for model in MODELS}
    likely = closest(plain, names)
    cure = "" if likely is None else f"; did you mean {likely!r}?"
    if plain in OUT_OF_SCOPE:
        cure = f": {OUT_OF_SCOPE[plain]}"
    raise InputError(f"model must be one of {', '.join(MODELS)}, not {name!r}{cure}")


_DECIDING: tuple[type[Settings], ...] = (*MODELS.values(), Words, Result)
#: What decides about the vectors of a text, beside the seed; `fastvec.sweep` varies these.
VARIED: tuple[str, ...] = tuple(
    dict.fromkeys(name for group in _DECIDING for name in group.parameters if name not in ("seed", "memory"))
)
#: All groups of parameters of training, and of all work.
GROUPS: tuple[type[Settings], ...] = (*dict.fromkeys(MODELS.values()), *ARGUMENTS, Run)
ALL: tuple[type[Settings], ...] = (*GROUPS, Cluster, Phrasing, Loading, Texts)
