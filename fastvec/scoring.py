"""Every parameter of evaluation, declared once, as `fastvec.settings` declares those of training.

The command line reads this module when it shows help, so it imports neither `fastvec.evaluation` nor scipy.
"""

from typing import TYPE_CHECKING, Any, Literal

from fastvec.errors import InputError
from fastvec.parameters import Settings, parameter, positional_settings, settings

if TYPE_CHECKING:
    from fastvec.evaluation import Bootstrap

#: "3cosadd" is cos(x, c) + cos(x, b) - cos(x, a); "3cosmul" is cos(x, c) cos(x, b) / (cos(x, a) + 0.001), each cosine
#: moved to 0..1 (Levy and Goldberg 2014, eq. 4 and 5); "nearest" is cos(x, c), the base to which the others add the
#: offset from a to b ("only-b" of Linzen 2016, who calls c b).
Method = Literal["3cosadd", "3cosmul", "nearest"]
#: What becomes of an item with a word that has no vector: omitted, or counted as wrong.
Unknown = Literal["skip", "wrong"]
Cluster = Literal["pair", "question", "section"]

#: Vocabulary limits and methods that analogies are tried with, unless one is chosen.
USUAL_LIMITS: tuple[int | None, ...] = (30_000, 300_000, None)
USUAL_METHODS: tuple[Method, ...] = ("3cosadd", "nearest")

_FEWEST = 100  # resamples

#: What parameters are, or were, called elsewhere.
OLD_NAMES = {
    "vocab_limit": "limit",
    "restrict_vocab": "limit",
    "case_insensitive": "fold_case",
    "dummy4unknown": "unknown",
    "questions": "path",
    "pairs": "path",
    "similarity_function": "method",
}

_LIMIT: dict[str, Any] = {"least": 1, "metavar": "N|all", "known_as": ("vocab_limit", "restrict_vocab")}


@positional_settings
class Resampling(Settings):
    """Resamples from which intervals are made."""

    draws: int = parameter(
        1000,
        help="Number of bootstrap resamples, at least 100; 0 makes no intervals, which saves time.",
        known_as=("bootstrap",),
    )
    seed: int = parameter(1, help="Seed of the resamples; the same seed makes the same intervals.")
    cluster: Cluster = parameter(
        "pair",
        help="What is resampled for analogies: pairs of words, which questions share; questions; or sections.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if 0 < self.draws < _FEWEST:
            raise InputError(f"draws must be 0, or at least {_FEWEST}, not {self.draws}")


@settings
class Scoring(Settings):
    """What all tests have in common."""

    limit: int | None = parameter(
        None, help="Use only the first, most frequent, N words, or all (in Python, None).", **_LIMIT
    )
    fold_case: bool = parameter(
        True,
        flags={"--fold-case/--case-sensitive": None},
        help="Take words that differ only in case for the same, or tell them apart.",
    )
    bootstrap: "Bootstrap | None" = parameter(
        None,
        shown="Bootstrap()",
        flags={},
        metavar="Bootstrap or 0",
        help="How intervals are made; 0 makes none, which saves time.",
    )


@settings
class ScoringItems(Scoring):
    """A test of items that are right or wrong, or have a score each."""

    unknown: Unknown = parameter(
        "skip",
        help="Omit items with a word that has no vector, or count them as wrong; scored pairs then have similarity 0.",
    )


@settings
class Pairs(ScoringItems):
    """Pairs of words with scores."""

    ngrams: bool = parameter(
        False,
        flags={},
        help="Give words that are unknown the vectors which their n-grams make, where there are n-grams. The command "
        "line shows both.",
    )


@settings
class Analogies(ScoringItems):
    """Analogy questions."""

    limit: int | None = USUAL_LIMITS[0]
    method: Method = parameter(
        "3cosadd",
        help="How to answer analogies; nearest finds the neighbour of the third word, to show what the offset adds.",
    )


@settings
class Categories(Scoring):
    """Clusters beside classes."""

    runs: int = parameter(10, least=1, help="Number of clusterings, at least 1, each from another seed.")


@settings
class Associations(Scoring):
    """Associations of words with attributes."""

    permutations: int = parameter(
        100_000,
        least=100,
        help="Number of ways to split the targets that are sampled for p, at least 100; where there are no more, all "
        "are counted.",
    )


@settings
class Stabilities(Settings):
    """Neighbours in vectors that should agree."""

    limit: int | None = parameter(
        10_000, help="Compare neighbours among the first N words that all vectors have, or all.", **_LIMIT
    )
    neighbours: int = parameter(10, least=1, help="How many nearest neighbours are compared, at least 1.")
    least: float = parameter(
        0.25, help="Jaccard overlap, from 0 to 1, below which the neighbours of a word are not to be trusted."
    )


@settings
class Comparing(Scoring):
    """Several vectors on the same questions."""

    limit: int | None = parameter(
        30_000, help="Seek answers and neighbours among the first N words that all vectors have, or all.", **_LIMIT
    )
    method: Method = parameter("3cosadd", help="How to answer analogies.")
    neighbours: int = parameter(10, least=1, flags={}, help="How many nearest neighbours are compared, at least 1.")
