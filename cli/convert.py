"""The command that changes the format of a file of vectors."""

from typing import Literal

import click

FORMATS = ("safetensors", "word2vec-binary", "word2vec-text", "glove", "numpy")


@click.command()
@click.argument("source", metavar="IN", type=click.Path())
@click.argument("target", metavar="OUT", type=click.Path())
@click.option("--format", type=click.Choice(FORMATS), help="What to write, if the suffix of OUT does not say it.")
@click.option("--check", is_flag=True, help="Read OUT again, and fail unless it holds the same words and numbers.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Take only the first N words.")
@click.option("--dtype", type=click.Choice(["float32", "float16"]), help="Kind of number to keep.")
@click.option(
    "--errors",
    type=click.Choice(["strict", "replace"]),
    default="strict",
    show_default=True,
    help="Refuse words that are damaged or come twice, or repair them and keep the first.",
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
    """Write the vectors of the file IN to the file OUT, in the format that its suffix says.

    Suffixes: .safetensors (fastvec's own), .bin (word2vec binary), .txt and .vec (word2vec text), .npy (NumPy, with
    the words in .vocab.tsv). IN may have any format that fastvec knows, compressed or not.

    \b
    Example:
      fastvec convert glove.6B.300d.txt glove.safetensors --check
    """  # noqa: D301 - click reads the backspace
    from fastvec.vectors import check_target, load
    from fastvec.vectors.formats import check_copy, left_out

    kind = check_target(target, format)
    vectors = load(source, limit=limit, dtype=dtype, errors=errors)
    lost = left_out(vectors, kind)
    if lost:
        click.echo(f"fastvec: {target} cannot hold the {' and '.join(lost)}, which are left out", err=True)
    vectors.save(target, kind)
    if check:
        check_copy(vectors, target)
        click.echo(f"fastvec: {target} holds the same {len(vectors):,} words and numbers", err=True)
