"""The command that trains word vectors."""

import os
import shlex
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from . import options
from .progress import Display
from .reading import source_paths


def _number(kind: type, *names: str, shown: str, text: str) -> Callable[[options.Command], options.Command]:
    return click.option(*names, type=kind, default=None, show_default=shown, metavar="N", help=text)


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--output",
    "-o",
    default="vectors.safetensors",
    show_default=True,
    metavar="FILE",
    help="Where to write: .safetensors (keeps all), .bin (word2vec binary), .txt or .vec (word2vec text).",
)
@click.option(
    "--model", default="skipgram", show_default=True, metavar="skipgram|cbow|glove|ppmi-svd", help="What to train."
)
@click.option(
    "--loss",
    default=None,
    show_default="negative",
    metavar="negative|hierarchical",
    help="Negative sampling or hierarchical softmax.",
)
@_number(int, "--dim", shown="100", text="Dimensions of the vectors.")
@_number(
    int,
    "--window",
    shown="5; glove 15, ppmi-svd 10",
    text="Largest distance of a context word; with word2vec each word draws its own from 1 to N.",
)
@click.option("--fixed-window", is_flag=True, default=None, help="Take the whole window for each word.")
@_number(int, "--negative", shown="5", text="Noise words for each word, with negative sampling.")
@_number(float, "--ns-exponent", shown="0.75", text="Power of the word counts from which noise words are drawn.")
@_number(
    float,
    "--sample",
    shown="0.001; ppmi-svd 0.0001",
    text="Relative frequency above which words are thinned out; 0 keeps all.",
)
@_number(int, "--epochs", shown="5; glove 15", text="Passes over the text; with glove over its co-occurrences.")
@_number(float, "--lr", "learning_rate", shown="by model and loss", text="Learning rate at the start.")
@_number(float, "--min-lr", "min_learning_rate", shown="a ten-thousandth of --lr", text="Learning rate at the end.")
@click.option(
    "--cbow-update",
    default=None,
    show_default="word2vec",
    metavar="word2vec|corrected",
    help="Move each context word by the whole step of their mean, or by its share of it.",
)
@click.option(
    "--cooccurrence",
    default=None,
    metavar="FILE",
    help="Make the vectors from the counts in this file, from `fastvec cooccurrence`, in place of a SOURCE.",
)
@options.counting
@_number(float, "--cds", shown="0.75", text="Power of the context counts in the PPMI (context distribution smoothing).")
@_number(float, "--shift", shown="1", text="Subtract its logarithm from the PPMI.")
@_number(float, "--eig", shown="0.5", text="Power of the singular values in the word vectors.")
@_number(float, "--context-eig", shown="as --eig", text="Power of the singular values in the context vectors.")
@_number(int, "--oversampling", shown="20", text="Dimensions that the SVD carries beyond --dim.")
@_number(float, "--x-max", shown="10", text="Co-occurrences that count this much or more weigh 1 in glove.")
@_number(float, "--alpha", shown="0.75", text="Power of what the others count, as a part of --x-max, to weigh them.")
@_number(float, "--grad-clip", shown="100", text="Largest gradient of a weight in glove.")
@_number(
    float,
    "--tolerance",
    shown="ppmi-svd 0.01; glove 0",
    text="Error of the singular vectors, as a part of the first singular value; or, with glove, fall of the mean cost "
    "in an epoch, as a part of it, below which training ends.",
)
@click.option("--init", default=None, show_default="word2vec", metavar="word2vec|xavier", help="First weights.")
@click.option(
    "--vectors", default=None, show_default="by model", metavar="word|context|sum", help="Which vectors to write."
)
@click.option(
    "--init-from",
    default=None,
    metavar="VECTORS",
    help="Start from these vectors, and their context vectors if the file holds them; with skipgram and cbow.",
)
@click.option(
    "--init-vocab",
    default=None,
    show_default="union",
    metavar="old|new|union",
    help="Which words to write with --init-from: those of VECTORS, those of SOURCE, or both.",
)
@click.option("--save-context", is_flag=True, help="Write the context vectors too; .safetensors only.")
@click.option(
    "--vocab",
    "vocabulary",
    default=None,
    metavar="FILE",
    help="Train the words of this file, from `fastvec vocab`, in place of --min-count and --max-vocab.",
)
@options.vocabulary
@_number(int, "--threads", shown="all cores", text="Threads; with 1, the same text always gives the same vectors.")
@_number(int, "--seed", shown="1", text="Seed of all random numbers.")
@click.option(
    "--checkpoint",
    default=None,
    metavar="DIR",
    help="Save the state of the training in this new folder now and then, and on Ctrl-C or when it is told to end.",
)
@click.option(
    "--every", default=None, show_default="5m", metavar="TIME", help="How often: 30s, 10m, 2h; or 5% of the training."
)
@click.option(
    "--resume",
    default=None,
    metavar="DIR",
    help="Go on from the checkpoints in this folder; SOURCE and the options need not be given again, and must be the "
    "same, but for more --epochs.",
)
@options.reading
@click.option("--log-json", default=None, metavar="FILE", help="Write the progress to FILE, a line of JSON a second.")
@options.quiet
def command(
    sources: tuple[str, ...],
    cooccurrence: str | None,
    output: str,
    resume: str | None,
    quiet: bool,
    log_json: str | None,
    **settings: Any,
) -> None:
    """Train word vectors from text.

    SOURCE is a file, a folder, or - for the standard input; .gz, .bz2, .xz and .zst are decompressed. An option that
    the model has no use for is refused.

    \b
    Examples:
      fastvec train corpus.txt
      fastvec train corpus.txt --model glove --x-max 100
      fastvec train corpus.txt --model ppmi-svd --dim 300
      fastvec train corpus.txt.gz --model cbow --dim 300 -o vectors.bin
      zcat *.gz | fastvec train - --lowercase --tokenizer words
      fastvec train corpus.txt --epochs 50 --checkpoint state
      fastvec train --resume state
    """  # noqa: D301 - click reads the backspace
    from fastvec import models
    from fastvec.models.cooccurrence import Cooccurrence

    if sources and cooccurrence:
        raise click.UsageError("give a SOURCE, or --cooccurrence FILE, and not both")
    given = {name: value for name, value in settings.items() if value is not None}
    if resume:
        given = {name: value for name, value in given.items() if _is_typed(name)}
        if "checkpoint" in given:
            raise click.UsageError("--resume DIR goes on saving in DIR: leave --checkpoint out")
        if not _is_typed("output"):
            output = models.saved_output(resume) or output
    elif not (sources or cooccurrence):
        raise click.UsageError("give a SOURCE, or --cooccurrence FILE, and not both")
    if cooccurrence:
        for name in ("tokenizer", "lowercase", "errors", "cache_dir", "cache", "min_count", "max_vocab", "vocabulary"):
            if _is_typed(name):
                raise click.UsageError(f"{_option(name)} is of no use with --cooccurrence, whose words are counted")
    folder = resume or settings["checkpoint"]
    with Display(quiet, log_json) as display:
        source = Cooccurrence.load(cooccurrence) if cooccurrence else source_paths(sources) or None
        try:
            if resume:
                wv = models.resume(resume, source, output=output, progress=display, **given)
            else:
                wv = models.train(source, output=output, progress=display, **given)
        except KeyboardInterrupt:
            if folder and os.path.exists(os.path.join(folder, "run.json")):
                display.end()  # the bar
                click.echo(f"fastvec: stopped; to go on: fastvec train --resume {shlex.quote(folder)}", err=True)
            raise
    if not quiet:
        invalid = wv.metadata["corpus"]["invalid"]
        if invalid:
            click.echo(f"{invalid:,} words of the text were not valid UTF-8 (see --errors)", err=True)
        click.echo(f"{output}: {len(wv):,} words, {wv.dim} dimensions", err=True)


def _is_typed(name: str) -> bool:
    """Tell whether an option was given on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _option(name: str) -> str:
    """Give an option as it is typed."""
    return next(option.opts[0] for option in click.get_current_context().command.params if option.name == name)
