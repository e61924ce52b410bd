"""The command that answers analogies."""

import click

from . import asking


@click.command()
@asking.vectors
@asking.words
@asking.topn
@asking.restrict_vocab
@asking.method
@asking.as_json
def command(
    vectors: str,
    words: tuple[str, ...],
    topn: int,
    restrict_vocab: int | None,
    method: asking.Method,
    as_json: bool,
) -> None:
    """Show the words for A - B + C: king - man + woman gives queen.

    Without words, asks for three, or reads lines of three from the standard input.

    \b
    Example:
      fastvec analogy vectors.safetensors king man woman
    """  # noqa: D301 - click reads the backspace
    import fastvec

    if words and len(words) != 3:
        raise click.UsageError("An analogy needs three words.")
    wv = fastvec.load(vectors)

    def answer(given: list[str]) -> None:
        if len(given) != 3:
            raise fastvec.InputError(f"an analogy needs three words, not {len(given)}")
        near = wv.analogy(given[0], given[1], given[2], topn, restrict_vocab=restrict_vocab, method=method)
        asking.show_near(near, method, as_json)

    asking.ask(words, answer)
