"""A coverage-guided fuzzer for the readers of vector files; it is not run with the tests.

    pip install atheris
    NUMBA_DISABLE_JIT=1 python -m tests.tools.fuzz_formats word2vec-text -max_total_time=1200

The kernels run as Python here, so that the fuzzer sees their branches and an index out of bounds is an error.
What a reader may do is give vectors or raise FileError; vectors must be finite and survive being saved and loaded.
"""

import gzip
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["fastvec"]):
    from fastvec.errors import FastvecError
    from fastvec.kernels import parse_numbers, records, subwords, words  # noqa: F401 - so that they are instrumented
    from fastvec.vectors import KeyedVectors, lines, load  # noqa: F401

import numpy as np

from tests.tools.fasttext_model import Model

folder = Path(tempfile.mkdtemp(prefix="fuzz"))


def seed(format):
    wv = KeyedVectors(
        ["the", "café", "new", "x"], [[0.25, -1, 3], [1e-7, 2, 0.1], [-0.0, 5, 6], [7, 8, 1e30]], counts=[9, 3, 2, 1]
    )
    if format == "fasttext":
        return Model(["</s>", "the", "é"], dim=3, bucket=5).bytes()
    wv.save(folder / "seed.npy", format if format != "gzip" else "word2vec-text")
    data = (folder / "seed.npy").read_bytes()
    return gzip.compress(data) if format == "gzip" else data


def check(data):
    (folder / "x.npy").write_bytes(data)
    try:
        wv = load(folder / "x.npy", limit=1000)
    except FastvecError as error:
        if "\n" in str(error):
            raise AssertionError("an error of several lines") from error
        return
    assert len(wv.words) == len(wv.vectors)
    if not np.isfinite(wv.vectors).all():
        return  # mapped files are not read through
    try:
        wv.save(folder / "y.npy", "safetensors")
        copy = load(folder / "y.npy")
    except FastvecError:
        return
    assert copy.words == wv.words
    assert np.array_equal(copy.vectors.view(np.uint8), np.ascontiguousarray(wv.vectors).view(np.uint8))


if __name__ == "__main__":
    warnings.simplefilter("error")
    # the hashes wrap around, as they must, and sums that are not finite are refused afterwards
    warnings.filterwarnings("ignore", "(overflow|invalid value) encountered", RuntimeWarning)
    format = sys.argv.pop(1)
    seeds = folder / "seeds"
    seeds.mkdir()
    (seeds / "whole").write_bytes(seed(format))
    atheris.Setup([*sys.argv, str(seeds)], check)
    atheris.Fuzz()
