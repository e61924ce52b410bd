"""The command that aligns vectors with others, and shows which words moved."""

import click

from . import asking
from .options import given, loading, number
from .tables import print_json, print_table


@click.command()
@click.argument("vectors", metavar="VECTORS", type=click.Path())
@click.argument("reference", metavar="REFERENCE", type=click.Path())
@loading
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Where to write the rotated vectors.")
@click.option(
    "--words",
    metavar="FILE",
    type=click.Path(),
    help="Align by the words of this file, one a line, whose use is known to be the same; else by all that both have.",
)
@number("-n", "--topn", default=20, least=0, help="Words that moved to show.")
@number("--limit", help="Show only words among the first, most frequent, N of both.")
@asking.as_json
def command(
    vectors: str,
    reference: str,
    errors: str | None,
    output: str | None,
    words: str | None,
    topn: int,
    limit: int | None,
    as_json: bool,
) -> None:
    """Rotate VECTORS to come as near as possible to REFERENCE, and show the words that moved.

    For vectors of texts of different times: the words with the lowest cosine are those whose use has changed most.

    \b
    Example:
      fastvec align 1990s.safetensors 2020s.safetensors --limit 5000 -o aligned.safetensors
    """  # noqa: D301 - click reads the backspace
    import fastvec
    from fastvec.corpus.files import unusable
    from fastvec.vectors import check_target
    from fastvec.words import read_word_lines

    for path in (vectors, reference):
        asking.check(path)
    if output is not None:
        check_target(output)
    read = given({"errors": errors})
    other = fastvec.load(reference, **read)
    anchors = None
    if words is not None:
        try:
            with open(words, "rb") as file:
                anchors, _ = read_word_lines(file, words, counted=False)
        except OSError as error:
            raise unusable(words, error) from None
    aligned = fastvec.load(vectors, **read).align(other, anchors)
    if output is not None:
        aligned.save(output)
    moved = aligned.drift(other, limit)[:topn]
    if as_json:
        print_json([{"word": word, "cosine": cosine} for word, cosine in moved])
    elif moved:
        print_table(["word", "cosine"], moved)
