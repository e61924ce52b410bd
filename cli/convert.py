"""The command that changes the format of a file of vectors."""

from typing import Literal

import click

from fastvec.errors import InputError
from fastvec.vectors.formats import FORMATS, check_target, describe_suffixes, left_out
from fastvec.vectors.loading import check_copy, load


@click.command()
@click.argument("source", metavar="IN", type=click.Path())
@click.argument("target", metavar="OUT", type=click.Path())
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help=f"What to write. By default the suffix of OUT decides: {describe_suffixes()}.",
)
@click.option("--check", is_flag=True, help="Read OUT again, and fail unless it holds the same words and numbers.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Take only the first, most frequent, N words.")
@click.option(
    "--dtype",
    type=click.Choice(["float32", "float16"]),
    help="Write numbers of this kind; float16 takes half the space.",
)
@click.option(
    "--errors",
    type=click.Choice(["strict", "replace"]),
    default="strict",
    show_default=True,
    help="What to do with words that are not UTF-8 or come twice: refuse the file, or repair them and keep the first.",
)
def command(
    source: str,
    target: str,
    format: str | None,
    check: bool,
    limit: int | None,
    dtype: str | None,
    errors: Literal["strict", "replace"],
) -> None:
    """Write the vectors of the file IN to the file OUT, in another format.

    IN may have any format that fastvec knows, compressed or not.

    \b
    Example:
      fastvec convert glove.6B.300d.txt glove.safetensors --check
    """  # noqa: D301 - click reads the backspace
    try:
        kind = check_target(target, format)
    except InputError as error:
        raise InputError(f"{error}; or give --format") from None
    vectors = load(source, limit=limit, dtype=dtype, errors=errors)
    lost = left_out(vectors, kind)
    if lost:
        click.echo(f"fastvec: {target} cannot hold the {' and '.join(lost)}, which are omitted", err=True)
    vectors.save(target, kind)
    if check:
        check_copy(vectors, target)
        click.echo(f"fastvec: {target} holds the same {len(vectors):,} words and numbers", err=True)
