"""Keywords of functions, for type checkers and editors; from `fastvec.settings`, by docs/generate.py."""

from os import PathLike
from typing import Literal, TypedDict

from numpy.typing import ArrayLike

from fastvec.corpus import Vocabulary
from fastvec.corpus.tokenizers import TokenizeLine
from fastvec.phrases import Phrases
from fastvec.settings import FileFormat
from fastvec.training.progress import Listener
from fastvec.vectors import KeyedVectors


class Read(TypedDict, total=False):
    """Those of `Reading`."""

    tokenizer: str | TokenizeLine
    lowercase: bool
    errors: Literal["replace", "ignore", "strict"]
    cache_dir: str | PathLike[str] | None
    cache: bool


class Count(TypedDict, total=False):
    """Those of `Counting`."""

    window: int
    context: Literal["window", "line", "directional"]
    weighting: Literal["harmonic", "linear", "flat"] | None
    side: Literal["both", "left", "right"] | None
    cell_min_count: float
    sample: float | None
    subsampling: Literal["dirty", "clean"]
    seed: int


class FindPhrases(TypedDict, total=False):
    """Those of `Phrasing`."""

    min_count: int
    scoring: Literal["word2phrase", "npmi"]
    threshold: float | None
    passes: int
    delimiter: str


class Train(Read, total=False):
    """Those of `Words`, `Result`, `Run`."""

    pairs: bool
    min_count: int
    max_vocab: int | None
    vocabulary: Vocabulary | str | PathLike[str] | None
    phrases: Phrases | str | PathLike[str] | None
    weights: ArrayLike | str | PathLike[str] | None
    vectors: Literal["word", "context", "sum"] | None
    save_context: bool
    init_from: KeyedVectors | str | PathLike[str] | None
    init_vocab: Literal["old", "new", "union"] | None
    output: str | PathLike[str] | None
    format: FileFormat | None
    checkpoint: str | PathLike[str] | None
    every: str | None
    threads: int | None
    progress: Listener | bool | None


class TrainWord2Vec(Train, total=False):
    """Those of `Word2Vec`."""

    dim: int
    seed: int
    loss: Literal["negative", "hierarchical", "nce", "sampled-softmax", "ranking", "softmax"]
    context: Literal["window", "line", "directional", "positional"]
    window: int
    fixed_window: bool
    negative: int | None
    ns_exponent: float | None
    sample: float | None
    epochs: int
    learning_rate: float | None
    min_learning_rate: float | None
    cbow_update: Literal["word2vec", "corrected"] | None
    init: Literal["ppmi-svd", "word2vec", "xavier"] | None
    freeze: Literal["word", "context"] | None
    subwords: str | None
    buckets: int | None
    hashes: int | None
    dtype: Literal["float32", "float16"]
    deterministic: bool


class TrainGlove(Train, Count, total=False):
    """Those of `Glove`."""

    dim: int
    memory: int | None
    epochs: int
    learning_rate: float
    x_max: float
    alpha: float
    grad_clip: float
    tolerance: float


class TrainPpmiSvd(Train, Count, total=False):
    """Those of `PpmiSvd`."""

    dim: int
    memory: int | None
    cds: float
    shift: float
    eig: float
    context_eig: float | None
    oversampling: int
    tolerance: float


class TrainPvDbow(Train, total=False):
    """Those of `PvDbow`."""

    dim: int
    seed: int
    negative: int
    ns_exponent: float
    sample: float | None
    epochs: int
    learning_rate: float
    init: Literal["ppmi-svd", "word2vec"] | None
