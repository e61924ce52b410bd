"""The options of `fastvec train`, which `fastvec plan` takes too."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from . import options
from .reading import source_paths

if TYPE_CHECKING:
    from pathlib import Path

    from fastvec.cooccurrence import Cooccurrence


def _number(kind: type, *names: str, shown: str, text: str) -> Callable[[options.Command], options.Command]:
    return click.option(*names, type=kind, default=None, show_default=shown, metavar="N", help=text)


# Arguments `sources`, `cooccurrence`, `output` and `save_context`, and the keywords of `fastvec.train`; what is not
# given is None.
training = options.together(
    click.argument("sources", nargs=-1, metavar="[SOURCE]..."),
    click.option(
        "--output",
        "-o",
        default="vectors.safetensors",
        show_default=True,
        metavar="FILE",
        help="Where to write: .safetensors (keeps all), .bin (word2vec binary), .txt or .vec (word2vec text).",
    ),
    click.option(
        "--model", default="skipgram", show_default=True, metavar="skipgram|cbow|glove|ppmi-svd", help="What to train."
    ),
    click.option(
        "--loss",
        default=None,
        show_default="negative",
        metavar="negative|hierarchical",
        help="Negative sampling or hierarchical softmax.",
    ),
    _number(int, "--dim", shown="100", text="Dimensions of the vectors."),
    _number(
        int,
        "--window",
        shown="5; glove 15, ppmi-svd 10",
        text="Largest distance of a context word; with word2vec each word draws its own from 1 to N.",
    ),
    click.option("--fixed-window", is_flag=True, default=None, help="Take the whole window for each word."),
    _number(int, "--negative", shown="5", text="Noise words for each word, with negative sampling."),
    _number(float, "--ns-exponent", shown="0.75", text="Power of the word counts from which noise words are drawn."),
    _number(
        float,
        "--sample",
        shown="0.001; ppmi-svd 0.0001",
        text="Relative frequency above which words are thinned out; 0 keeps all.",
    ),
    _number(int, "--epochs", shown="5; glove 15", text="Passes over the text; with glove over its co-occurrences."),
    _number(
        float, "--lr", "--learning-rate", "learning_rate", shown="by model and loss", text="Learning rate at the start."
    ),
    _number(
        float,
        "--min-lr",
        "--min-learning-rate",
        "min_learning_rate",
        shown="a ten-thousandth of --lr",
        text="Learning rate at the end.",
    ),
    click.option(
        "--cbow-update",
        default=None,
        show_default="word2vec",
        metavar="word2vec|corrected",
        help="Move each context word by the whole step of their mean, or by its share of it.",
    ),
    click.option(
        "--cooccurrence",
        default=None,
        metavar="FILE",
        help="Make the vectors from the counts in this file, from `fastvec cooccurrence`, in place of a SOURCE.",
    ),
    options.counting,
    _number(
        float, "--cds", shown="0.75", text="Power of the context counts in the PPMI (context distribution smoothing)."
    ),
    _number(float, "--shift", shown="1", text="Subtract its logarithm from the PPMI."),
    _number(float, "--eig", shown="0.5", text="Power of the singular values in the word vectors."),
    _number(float, "--context-eig", shown="as --eig", text="Power of the singular values in the context vectors."),
    _number(int, "--oversampling", shown="20", text="Dimensions that the SVD carries beyond --dim."),
    _number(float, "--x-max", shown="10", text="Co-occurrences that count this much or more weigh 1 in glove."),
    _number(
        float, "--alpha", shown="0.75", text="Power of what the others count, as a part of --x-max, to weigh them."
    ),
    _number(float, "--grad-clip", shown="100", text="Largest gradient of a weight in glove."),
    _number(
        float,
        "--tolerance",
        shown="ppmi-svd 0.01; glove 0",
        text="Error of the singular vectors, as a part of the first singular value; or, with glove, fall of the mean "
        "cost in an epoch, as a part of it, below which training ends.",
    ),
    click.option("--init", default=None, show_default="word2vec", metavar="word2vec|xavier", help="First weights."),
    click.option(
        "--vectors", default=None, show_default="by model", metavar="word|context|sum", help="Which vectors to write."
    ),
    click.option(
        "--init-from",
        default=None,
        metavar="VECTORS",
        help="Start from these vectors, and their context vectors if the file holds them; with skipgram and cbow.",
    ),
    click.option(
        "--init-vocab",
        default=None,
        show_default="union",
        metavar="old|new|union",
        help="Which words to write with --init-from: those of VECTORS, those of SOURCE, or both.",
    ),
    click.option("--save-context", is_flag=True, help="Write the context vectors too; .safetensors only."),
    click.option(
        "--vocab",
        "vocabulary",
        default=None,
        metavar="FILE",
        help="Train the words of this file, from `fastvec vocab`, in place of --min-count and --max-vocab.",
    ),
    options.vocabulary,
    _number(int, "--threads", shown="all cores", text="Threads; with 1, the same text always gives the same vectors."),
    _number(int, "--seed", shown="1", text="Seed of all random numbers."),
    click.option(
        "--checkpoint",
        default=None,
        metavar="DIR",
        help="Save the state of the training in this new folder now and then, and on Ctrl-C or when it is told to end.",
    ),
    click.option(
        "--every",
        default=None,
        show_default="5m",
        metavar="TIME",
        help="How often: 30s, 10m, 2h; or 5% of the training.",
    ),
    options.reading,
)


def training_source(
    sources: tuple[str, ...], cooccurrence: str | None, *, is_needed: bool = True
) -> "list[Path] | Cooccurrence | None":
    """Give the source of a command line as `fastvec.train` takes it, and refuse what does not go together."""
    from fastvec.cooccurrence import Cooccurrence

    if (sources and cooccurrence) or (is_needed and not sources and not cooccurrence):
        raise click.UsageError("give a SOURCE, or --cooccurrence FILE, and not both")
    if cooccurrence is None:
        return source_paths(sources) or None
    _refuse("tokenizer", "lowercase", "errors", "cache_dir", "cache", "min_count", "max_vocab", "vocabulary")
    return Cooccurrence.load(cooccurrence)


def is_typed(name: str) -> bool:
    """Tell whether an option was given on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _refuse(*names: str) -> None:
    """Refuse options about text that has been counted already."""
    for option in click.get_current_context().command.params:
        if option.name in names and is_typed(option.name):
            raise click.UsageError(f"{option.opts[0]} is of no use with --cooccurrence, whose words are counted")
