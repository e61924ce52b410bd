"""The command that shows nearest neighbours."""

import click

from . import asking


@click.command()
@asking.vectors
@asking.words
@click.option("--minus", multiple=True, metavar="WORD", help="A word to be far from; may be given several times.")
@asking.topn
@asking.restrict_vocab
@asking.method
@asking.as_json
def command(
    vectors: str,
    words: tuple[str, ...],
    minus: tuple[str, ...],
    topn: int,
    restrict_vocab: int | None,
    method: asking.Method,
    as_json: bool,
) -> None:
    """Show the words nearest to the sum of some words.

    Without a word, asks for some, or reads lines of them from the standard input.

    \b
    Example:
      fastvec similar vectors.safetensors king woman --minus man
    """  # noqa: D301 - click reads the backspace
    import fastvec

    wv = fastvec.load(vectors)

    def answer(given: list[str]) -> None:
        near = wv.most_similar(given, list(minus), topn, restrict_vocab=restrict_vocab, method=method)
        asking.show_near(near, method, as_json)

    asking.ask(words, answer)
