"""A little of `tests.fuzz`, which is run by hand."""

import pytest

from tests import fuzz


@pytest.fixture(scope="module")
def kinds():
    return fuzz.vector_kinds() | fuzz.text_kinds() | fuzz.set_kinds()


@pytest.mark.parametrize(
    "name", ["safetensors", "word2vec-text", "fasttext", "ids", "counts", "phrases", "similarity", "log"]
)
def test_damage_is_refused_or_passed_over(kinds, name, tmp_path):
    assert fuzz.run(name, kinds[name], range(300), 1, tmp_path) == {}


def test_what_goes_wrong_is_seen(tmp_path, capsys):
    def use(folder, rng):
        if not (folder / "x").read_bytes().startswith(b"the"):
            raise ZeroDivisionError

    found = fuzz.run("made up", fuzz.Kind([{"x": b"the text"}], use), range(100), 1, tmp_path)
    assert [fault.partition(":")[0] for fault in found] == ["ZeroDivisionError at test_fuzz.py"]
    assert capsys.readouterr().out.startswith("made up ")
