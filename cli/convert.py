"""The command that changes the format of a file of vectors."""

from typing import Any

import click

from fastvec.errors import InputError
from fastvec.settings import Loading
from fastvec.vectors.formats import FORMATS, check_target, describe_suffixes, left_out
from fastvec.vectors.loading import check_copy, load

from . import options


@click.command()
@click.argument("source", metavar="IN", type=click.Path())
@click.argument("target", metavar="OUT", type=click.Path())
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help=f"What to write. By default the suffix of OUT decides: {describe_suffixes()}.",
)
@click.option("--check", is_flag=True, help="Read OUT again, and fail unless it holds the same words and numbers.")
@options.options_of(Loading)
def command(source: str, target: str, format: str | None, check: bool, **loading: Any) -> None:
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
    vectors = load(source, **options.given(loading))
    vectors.check_finite()
    lost = left_out(vectors, kind)
    if lost:
        click.echo(f"fastvec: {target} cannot hold the {' and '.join(lost)}, which are omitted", err=True)
    vectors.save(target, kind)
    if check:
        check_copy(vectors, target)
        click.echo(f"fastvec: {target} holds the same {len(vectors):,} words and numbers", err=True)
