"""The command that makes vectors of texts."""

from typing import Any

import click

from fastvec.errors import InputError
from fastvec.settings import Reading, Texts

from . import options
from .reading import source_paths


@click.command(cls=options.SectionedCommand)
@click.argument("vectors", metavar="VECTORS", type=click.Path())
@click.argument("texts", metavar="TEXTS...", type=click.Path(), nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(), required=True, help="Where to write the array: x.npy."
)
@options.loading
@options.options_of(Texts)
@options.options_of(Reading, only=("tokenizer", "lowercase"))
@click.option(
    "--save-common",
    metavar="FILE",
    type=click.Path(),
    help="Write VECTORS with what the texts have in common, for later texts: x.safetensors.",
)
def command(
    vectors: str,
    texts: tuple[str, ...],
    output: str,
    save_common: str | None,
    errors: str | None,
    **given: Any,
) -> None:
    """Make a vector of each line of TEXTS, and write them as a NumPy array, (lines, dim) float32.

    A text is the weighted mean of the vectors of its words; with vectors of model pv-dbow, it is the vector that
    predicts them.

    \b
    Example:
      fastvec embed vectors.safetensors titles.txt --weighting sif -o titles.npy
    """  # noqa: D301 - click reads the backspace
    from pathlib import Path

    import numpy as np

    from fastvec.disk.atomic import check_folder, replacing
    from fastvec.vectors import load
    from fastvec.vectors.formats import check_target
    from fastvec.vectors.texts import COMPONENTS, embed_texts

    chosen = options.given(given)
    if Path(output).suffix != ".npy":
        raise InputError(f"{output}: the name must end in .npy")
    check_folder(output)
    if save_common is not None:
        if not COMPONENTS.get(chosen.get("weighting", "mean")):
            raise InputError("--save-common applies to the weightings sif and usif; omit it")
        if check_target(save_common) != "safetensors":
            raise InputError(f"{save_common}: only a .safetensors file can hold what texts have in common")
    wv = load(vectors, **options.given({"errors": errors}))
    made, found = embed_texts(wv, source_paths(texts, output), **chosen)
    with replacing(output) as file:
        np.save(file, made)
    if save_common is not None:
        wv.save(save_common)
    share = found.n_unknown / max(1, found.n_words)
    empty = f"; without a known word, and zeros: {found.n_empty:,}" if found.n_empty else ""
    texts_made = "1 text" if found.n_texts == 1 else f"{found.n_texts:,} texts"
    click.echo(f"{output}: {texts_made}, {made.shape[1]} dimensions", err=True)
    click.echo(f"unknown: {share:.1%} of {found.n_words:,} words{empty}", err=True)
