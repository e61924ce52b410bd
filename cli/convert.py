"""The command that changes the format of a file of vectors."""

from typing import Any

import click

from fastvec.errors import InputError
from fastvec.settings import Loading
from fastvec.vectors.formats import FORMATS, check_ngrams, check_target, describe_suffixes, lacks_contexts, left_out
from fastvec.vectors.loading import check_copy, load

from . import options


@click.command()
@click.argument("source", metavar="IN", type=click.Path())
@click.argument("target", metavar="OUT", type=click.Path())
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help=f"What to write. By default the suffix of OUT decides: {describe_suffixes()}. static-model and projector are "
    "folders.",
)
@click.option("--check", is_flag=True, help="Read OUT again, and fail unless it holds the same words and numbers.")
@click.option(
    "--weighting",
    type=click.Choice(("sif", "usif", "idf")),
    help="Multiply the vectors by the weights that words have in texts, for programs that take plain means of them.",
)
@options.number("--pca", help="Keep the N directions in which vectors are longest.")
@options.number("--max-words", help="Keep the N most frequent words, wherever they are.")
@options.number("--max-ngrams", help="Keep the rows of the N n-grams that matter most.")
@options.options_of(Loading)
def command(
    source: str,
    target: str,
    format: str | None,
    check: bool,
    weighting: Any,
    pca: int | None,
    max_words: int | None,
    max_ngrams: int | None,
    **loading: Any,
) -> None:
    """Write the vectors of the file IN to the file OUT, in another format.

    IN may have any format that fastvec knows, compressed or not. The formats static-model and projector are folders.

    \b
    Examples:
      fastvec convert glove.6B.300d.txt glove.safetensors --check
      fastvec convert vectors.safetensors model --format static-model --weighting sif
      fastvec convert cc.en.300.bin small.safetensors --max-words 100000 --max-ngrams 400000 --dtype int8
    """  # noqa: D301 - click reads the backspace
    try:
        check_target(target, format)
    except InputError as error:
        raise InputError(f"{error}; or give --format") from None
    dtype = loading.pop("dtype") if pca else None  # that of the new numbers
    vectors = load(source, **options.given(loading))
    vectors.check_finite()
    if weighting:
        vectors = vectors.weighted(weighting)
    if max_words or max_ngrams:
        vectors = vectors.prune(max_words, max_ngrams)
    if pca:
        vectors = vectors.pca(pca)
    if dtype:
        vectors = vectors.quantize(dtype)
    kind = check_ngrams(target, format, vectors.ngrams).name
    lost = left_out(vectors, kind)
    if lost:
        click.echo(f"fastvec: {target} cannot hold the {' and '.join(lost)}, which are omitted", err=True)
    if lacks_contexts(vectors, kind):
        click.echo(f"fastvec: {target} has zeros for the context vectors, which {source} does not hold", err=True)
    vectors.save(target, kind)
    if check:
        check_copy(vectors, target)
        click.echo(f"fastvec: {target} holds the same {len(vectors):,} words and numbers", err=True)
