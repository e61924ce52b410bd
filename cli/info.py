"""The command that shows what a file of vectors holds."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from math import nan
from typing import Any

import click

from fastvec.parameters import Parameter

from . import asking, options
from .score_tables import Score, shown
from .tables import print_facts, print_json, terminal_width

_INPUTS = {
    "cooccurrence": "--cooccurrence",
    "pairs": "--pairs",
    "vocabulary": "--vocab",
    "phrases": "--phrases",
    "weights": "--weights",
    "init_from": "--init-from",
}
_FINGERPRINT = re.compile("[0-9a-f]{64}")


@click.command()
@asking.vectors
@asking.as_json
def command(vectors: str, errors: str | None, as_json: bool) -> None:
    """Show what the file VECTORS holds: words, text, training, parameters, scores.

    \b
    Example:
      fastvec info vectors.safetensors
    """  # noqa: D301 - click reads the backspace
    from fastvec.vectors.loading import describe

    asking.check(vectors)
    facts = describe(vectors, **options.given({"errors": errors}))
    if as_json:
        print_json(facts)
        return
    metadata = facts.pop("metadata", {})
    sections = {"": facts | {"phrases": facts["phrases"] or None} | _training(metadata, facts, vectors)}
    sections |= {name: metadata.pop(name) for name in list(metadata) if isinstance(metadata[name], dict)}
    sections[""] |= metadata
    scores = sections.pop("evaluation", {})
    if scores:
        sections["scores"] = {name: _score(summary) for name, summary in scores.items()}
    width = terminal_width()
    for title, inside in sections.items():
        if title:
            click.echo("\n" + click.style(title, bold=True))
        print_facts(_lines(inside), width, "  " if title else "")


def _lines(facts: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield names and values of nested facts, {"a": {"b": 1}} as ("a.b", 1), without what is None."""
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name.replace("_", " "), _shown(value)


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and _FINGERPRINT.fullmatch(value):
        return f"{value[:16]}..."
    return value


def _score(summary: Any) -> str:
    """Return the scores of a summary that `fastvec eval --save` kept."""
    found = []
    for measure in ("accuracy", "opp", "spearman", "pearson", "purity", "adjusted_rand", "effect_size"):
        if isinstance(summary, dict) and isinstance(summary.get(measure), float):
            low, high = summary.get(f"{measure}_interval") or summary.get("interval") or (None, None)
            interval = (nan, nan) if low is None or high is None else (low, high)
            found.append(
                f"{measure.replace('_', ' ')} {shown(Score(summary[measure], interval, measure != 'effect_size'))}"
            )
    if not found:
        return str(summary)
    return f"{', '.join(found)}; {summary.get('covered', 0):,} of {summary.get('questions', 0):,} covered"


def _training(metadata: dict[str, Any], facts: dict[str, Any], path: str) -> dict[str, Any]:
    """Return when the file was written, and the command that made it if its metadata, less their inputs, say so.

    Vectors of other dimensions or another kind of number than the training's were converted since.
    """
    written = datetime.fromtimestamp(os.stat(path).st_mtime)
    found = {"written": f"{written:%Y-%m-%d %H:%M}"}
    with suppress(KeyError, TypeError, ValueError, AttributeError):  # where the metadata are not fastvec's
        given = metadata["parameters"]
        if (given["dim"], given.get("dtype", "float32")) == (facts["dim"], facts["dtype"]):
            found["command"] = _command(metadata, facts, path)
            del metadata["inputs"]
    return found


def _command(metadata: dict[str, Any], facts: dict[str, Any], path: str) -> str:
    """Return the command that makes the vectors, from their metadata; FILE stands for each file that it reads."""
    from fastvec.settings import MODELS, Counting, Reading, Result, Words

    inputs, given, corpus = metadata["inputs"], metadata["parameters"], metadata["corpus"]
    kind: Any = MODELS[given["model"]]
    # Those on which the defaults of others depend.
    modes = {name: given[name] for name in ("loss", "dim", "subwords") if name in given}
    start = kind(model=given["model"], **modes).for_words(facts["words"], is_initialised="init_from" in inputs)
    if "init" in given:  # on which the usual rates depend
        rates = kind(model=given["model"], **modes, init=given["init"]).for_words(facts["words"]).as_dict()
        given = {name: value for name, value in given.items() if "rate" not in name or value != rates[name]}
        if given.get("min_learning_rate") == given.get("learning_rate", 0) * 1e-4:
            del given["min_learning_rate"]
    usual = Words().as_dict() | Reading().as_dict() | start.as_dict() | {"vectors": start.default_vectors}
    usual |= {name: kind.parameters[name].default for name in modes}
    declared = {**Words.parameters, **Reading.parameters, **Result.parameters, **kind.parameters}
    given = given | {name: corpus[name] for name in Reading.parameters if name in corpus}
    if "cooccurrence" in inputs:
        settled = {*Counting.parameters, *Reading.parameters} - {"seed"}
        given = {name: value for name, value in given.items() if name not in settled}
    parts = ["fastvec", "train"]
    for name in inputs:
        parts += ["FILE"] if name == "text" else [_INPUTS[name], "FILE"]
    parts += ["--model", given["model"]] if given["model"] != "skipgram" else []
    for name, value in given.items():
        if name in usual and value not in (usual[name], None):
            parts += _option(declared[name], value)
    return shlex.join([*parts, "-o", path])


def _option(each: Parameter, value: Any) -> list[str]:
    flag = next(iter(each.flags))
    if all(known is not None for known in each.flags.values()):
        return [next(flag for flag, known in each.flags.items() if known == value)]
    return [flag] if each.kind is bool else [flag, f"{value:g}" if isinstance(value, float) else str(value)]
