"""Vectors aligned with others, and the words that moved."""

import json

import numpy as np
import pytest

from fastvec import InputError, KeyedVectors, load

WORDS = [f"w{k}" for k in range(40)]


@pytest.fixture
def pair():
    """Return vectors, and the same rotated, with one word elsewhere and another one that only they have."""
    rng = np.random.default_rng(0)
    old = rng.normal(size=(40, 6)).astype(np.float32)
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0].astype(np.float32)
    new = old @ rotation
    new[7] = -new[7]
    return KeyedVectors(WORDS, old), KeyedVectors([*WORDS, "gay"], np.vstack([new, np.ones((1, 6))]).astype(np.float32))


def test_a_word_that_moved_comes_first(pair):
    old, new = pair
    others = [word for word in WORDS if word != "w7"]
    moved = new.align(old, others).drift(old)
    assert [word for word, _ in moved[:1]] == ["w7"]
    assert moved[0][1] == pytest.approx(-1, abs=1e-5)
    assert len(moved) == 40
    assert min(cosine for _, cosine in moved[1:]) == pytest.approx(1, abs=1e-5)


def test_only_frequent_words_are_shown(pair):
    old, new = pair
    assert [word for word, _ in sorted(new.drift(old, limit=3))] == ["w0", "w1", "w2"]


def test_what_cannot_be_compared_is_refused(pair):
    old, _ = pair
    with pytest.raises(InputError, match="as many dimensions, not 6 and 2"):
        old.drift(KeyedVectors(["w0"], np.ones((1, 2))))
    with pytest.raises(InputError, match="the two sets have no word in common"):
        old.drift(KeyedVectors(["x"], np.ones((1, 6))))
    with pytest.raises(InputError, match="the first 1 words of the two sets have none in common; raise limit"):
        old.drift(KeyedVectors(["x", "w0"], np.ones((2, 6))), limit=1)
    with pytest.raises(InputError, match="limit must be at least 1, not 0"):
        old.drift(old, limit=0)


def test_the_command_shows_and_saves(pair, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, each in zip(("old", "new"), pair, strict=True):
        each.save(f"{name}.safetensors")
    (tmp_path / "same.txt").write_text("\n".join(word for word in WORDS if word != "w7"))
    names = "new.safetensors", "old.safetensors", "--words", "same.txt"
    code, out, _ = run("align", *names, "-n", "2", "-o", "aligned.vec")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()][:2] == ["word", "w7"]
    assert len(out.splitlines()) == 3
    np.testing.assert_allclose(load("aligned.vec")["w3"], pair[0]["w3"], atol=1e-4)
    code, out, _ = run("align", *names, "-n", "1", "--json")
    assert json.loads(out)[0]["word"] == "w7"
    code, _, err = run("align", "new.safetensors", "old.safetensors", "--words", "none.txt")
    assert code == 1
    assert "none.txt" in err
