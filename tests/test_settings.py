"""Parameters: declared once, and all that is derived from the declarations."""

import inspect
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fastvec
from fastvec import Glove, InputError, Word2Vec, train
from fastvec.parameters import Settings, parameter, settings
from fastvec.settings import GROUPS, MODELS, Reading
from tests.texts import two_topics

ROOT = Path(__file__).parent.parent


@settings
class Base(Settings):
    """A group."""

    size: int = parameter(3, least=1, help="How many.", known_as=("n",))
    mode: str = parameter("a", help="Which.")


@settings
class Derived(Base):
    """Another."""

    size: int = 5
    share: float | None = parameter(0.5, only={"mode": ("b",)}, inclusive=False, help="Of all.")


def test_a_default_set_again_keeps_the_rest_of_the_declaration():
    assert (Derived().size, Base().size) == (5, 3)
    assert Derived.parameters["size"].known_as == ("n",)
    with pytest.raises(InputError, match="size must be at least 1, not 0"):
        Derived(size=0)


def test_a_parameter_of_one_mode_has_its_default_there_and_is_refused_elsewhere():
    assert (Derived().share, Derived(mode="b").share) == (None, 0.5)
    with pytest.raises(InputError, match="share applies to mode='b' only, not to 'a'; omit it"):
        Derived(share=0.1)
    with pytest.raises(InputError, match="share must be above 0, not 0"):
        Derived(mode="b", share=0)


def test_flags_are_true_or_false():
    with pytest.raises(InputError, match="fixed_window must be True or False, not 'yes'"):
        Word2Vec(fixed_window="yes")


def test_the_docstring_lists_the_parameters():
    assert "window : int, default 15\n        Largest distance" in Glove.__doc__
    assert "x_max : float, default 10" in train.__doc__
    assert "window" in inspect.signature(train).parameters


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [
        ("workers", "threads"),
        ("vector_size", "dim"),
        ("size", "dim"),
        ("sg", "model"),
        ("hs", "loss"),
        ("alpha", "learning_rate"),
        ("lr", "learning_rate"),
        ("iter", "epochs"),
        ("ws", "window"),
        ("minCount", "min_count"),
        ("max_final_vocab", "max_vocab"),
        ("callbacks", "progress"),
        ("vocab", "vocabulary"),
        ("chekpoint", "checkpoint"),
    ],
)
def test_the_names_of_other_trainers_and_slips_are_understood(unknown, meant):
    with pytest.raises(InputError, match=f"there is no argument '{unknown}'; did you mean {meant}"):
        train(two_topics(), **{unknown: 1})


def test_an_unknown_name_is_answered_with_all_names():
    with pytest.raises(
        InputError, match=r"no argument 'colour', but with model skipgram model, dim, .*threads, progress$"
    ):
        train(two_topics(), colour=1)


def test_a_source_is_needed():
    with pytest.raises(InputError, match="train needs a source"):
        train(sentences=two_topics())


def test_the_learning_rate_of_others_is_not_taken_for_the_exponent_of_glove():
    with pytest.raises(InputError, match=r"alpha is the exponent of GloVe's weights, and 0.025 makes nearly all equal"):
        train(two_topics(), "glove", alpha=0.025)
    wv = train(two_topics(), "glove", dim=4, epochs=1, alpha=0.025, learning_rate=0.1)
    assert wv.metadata["parameters"]["alpha"] == 0.025


def test_numbers_and_dtypes_of_numpy_are_kept_as_python_s():
    made = Glove(dim=np.int64(4), x_max=np.float32(2), alpha=1).as_dict()
    assert [type(made[name]) for name in ("dim", "x_max", "alpha")] == [int, float, float]
    assert type(Word2Vec(dtype=np.dtype("float16")).as_dict()["dtype"]) is str  # metadata hold it


def test_a_model_may_be_given_with_its_parameters():
    one = train(two_topics(), Glove(dim=6, epochs=2), threads=1)
    other = train(two_topics(), "glove", dim=6, epochs=2, threads=1)
    assert (one.vectors == other.vectors).all()
    with pytest.raises(InputError, match=r"dim must be given to Glove\(...\)"):
        train(two_topics(), Glove(), dim=6)
    with pytest.raises(InputError, match=r"model must be one of .*, or an object such as Glove\(\), not 3"):
        train(two_topics(), 3)


def test_what_is_written_from_the_declarations_is_up_to_date():
    made = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    assert made["KEYWORDS"].read_text(encoding="utf-8") == made["keywords"]()
    assert made["PAGE"].read_text(encoding="utf-8") == made["page"]()


def test_read_corpus_takes_the_parameters_of_reading():
    keywords = [
        each for each in inspect.signature(fastvec.read_corpus).parameters.values() if each.default is not each.empty
    ]
    assert {each.name: each.default for each in keywords if each.name not in ("threads", "progress")} == (
        Reading().as_dict()
    )


def test_every_parameter_says_what_it_means_and_has_an_option_but_a_function():
    for group in GROUPS:
        for name, each in group.parameters.items():
            assert each.help.endswith((".", ")")), name
            assert each.flags or name in ("model", "progress")


@pytest.mark.parametrize("model", MODELS)
def test_settings_are_made_again_from_what_they_show(model):
    made = MODELS[model](model=model)
    assert type(made)(**made.as_dict()) == made


USER = """
import fastvec
fastvec.train("corpus.txt", "glove", dim=100, x_max=5, threads=2, lowercase=True)
fastvec.train("corpus.txt", fastvec.Glove(dim=300), threads=2)
fastvec.train("corpus.txt", windw=5)
fastvec.train("corpus.txt", "glove", dim="abc")
fastvec.train("corpus.txt", "skipgrm")
fastvec.Glove(dims=300)
"""


def test_a_type_checker_finds_mistakes(tmp_path):
    path = tmp_path / "user.py"
    path.write_text(USER)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=", str(path)]
    output = subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout
    lines = {int(line.split(":")[1]) for line in output.splitlines() if "user.py" in line and ": error: " in line}
    assert lines == {5, 6, 7, 8}
