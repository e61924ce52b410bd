"""What a folder of checkpoints says about its run, and whether what is given to resume it is the same."""

import hashlib
import os
from os import PathLike
from pathlib import Path
from typing import Any

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Vocabulary
from fastvec.corpus.sources import Files, as_paths, open_source
from fastvec.corpus.weighted import SentenceWeights
from fastvec.errors import DataError, FileError, InputError
from fastvec.phrases import Phrases
from fastvec.pipeline.request import KEPT, Request, check_names
from fastvec.settings import MODELS, Run
from fastvec.training.checkpoints import Checkpoints

#: Where the vocabulary, phrases, weights and vectors to start from that were given to `train` lie beside the
#: checkpoints, and what they are called in ``run.json``, by argument.
_KEPT = {
    "vocabulary": ("vocabulary", "vocabulary.tsv"),
    "phrases": ("phrases", "phrases.tsv"),
    "weights": ("weights", "weights.npy"),
    "init_from": ("initial", "initial.safetensors"),
}
#: Arguments that may change, as the vectors do not depend on them.
_FREE = ("memory", "cache_dir", "cache")
#: Facts of a text that tell the user nothing.
_HASHES = ("fingerprint", "digest", "weights")


def new_checkpoints(
    folder: str | PathLike[str],
    source: Any,
    request: Request,
    run: Run,
) -> Checkpoints:
    """Create a folder of checkpoints that says what is trained; the parameters are those of `train`.

    Raise `FileError` if the folder cannot be made, or has something in it; `InputError` if `every` is not a time or a
    share, or a word of the vocabulary cannot be written down.
    """
    given: dict[str, Any] = {name: getattr(request.words, name) for name in KEPT}
    given["init_from"] = request.initial and request.initial.given

    def keep(place: Path) -> dict[str, Any]:
        """Save what JSON cannot hold, and return checksums of it."""
        facts: dict[str, Any] = {}
        for argument, (fact, name) in _KEPT.items():
            if given[argument] is not None:
                given[argument].save(place / name)
            facts[fact] = None if given[argument] is None else _digest(place / name)
        return facts

    facts = {
        "arguments": request.as_json(source),
        "source": _place(source),
        "output": None if run.output is None else os.path.abspath(run.output),
        "format": run.format,
        "threads": run.threads,
    }
    return Checkpoints.create(folder, run.every, facts, keep)


def saved_output(folder: str | PathLike[str]) -> tuple[str | None, str | None]:
    """Return the file and the format of the vectors of an interrupted run.

    Raise `FileError` if there are no checkpoints.
    """
    with Checkpoints.open(folder) as checkpoints:
        return checkpoints.run["output"], checkpoints.run.get("format")


def saved_request(checkpoints: Checkpoints, source: Any, given: dict[str, Any]) -> tuple[Any, Request]:
    """Return the source and the request of an interrupted run; what changes is recorded in its checkpoints.

    `source` is as for `train`, or None for what was given there; `given` are other arguments of `train`. Raise
    `InputError` if an argument that must stay the same differs, or if the source or the tokenizer must be given again.
    """
    folder, run = checkpoints.folder, checkpoints.run
    if source is None:
        place = run["source"]
        if place is None:
            raise InputError(f"{folder}: the text was no file, so it must be given again")
        source = Cooccurrence.load(place) if isinstance(place, str) else as_paths(place)
    known = dict(run["arguments"], **dict.fromkeys(_KEPT))
    for argument, (fact, name) in _KEPT.items():
        if run.get(fact) is not None:
            if _digest(folder / name) != run[fact]:
                raise FileError(
                    f"{folder / name}: is damaged; put back the file, which was given to train as {argument}"
                )
            known[argument] = folder / name
    check_names(MODELS[known["model"]], known["model"], {n: v for n, v in given.items() if n not in known})
    for name, value in given.items():
        if name == "init_from":
            raise InputError(f"{folder}: the interrupted run keeps what it started from; omit {name}")
        if name in KEPT:
            _check_lines(name, KEPT[name], value, known[name], folder)
            continue
        is_more = name == "epochs" and name in known and value > known[name]
        if not is_more and name not in _FREE:
            check_argument(folder, name, value, known)
        known[name] = value
    check_tokenizer(folder, known)
    request = Request.of(source, known.pop("model"), known)
    checkpoints.update(arguments=request.as_json(source))
    return source, request


def check_text(checkpoints: Checkpoints | None, facts: dict[str, Any], vocabulary: Vocabulary) -> None:
    """Record the facts of the corpus and the number of words, or refuse them if the interrupted run had others.

    None for the checkpoints does nothing. The message of the `InputError` says how the text differs.
    """
    if checkpoints is None:
        return
    found = {"fingerprint": facts["fingerprint"]} | facts | {"vocabulary": len(vocabulary)}
    known = checkpoints.run.get("text")
    if known is None:
        checkpoints.update(text=found)
    else:
        check_same_text(checkpoints.folder, found, known)


def check_same_text(place: str | Path, found: dict[str, Any], known: dict[str, Any]) -> None:
    """Refuse facts of a text that are not those that checkpoints hold; `place` is theirs."""
    if found != known:
        names = [name for name in found if found[name] != known.get(name) and name not in _HASHES]
        shown = "; ".join(f"{name}: {known.get(name)}, now {found[name]}" for name in names)
        raise DataError(
            f"{place}: the text has changed since the run began ({shown or 'other words'}); pass the original text, "
            "or start a new run"
        )


def check_argument(place: str | Path, name: str, value: Any, known: dict[str, Any]) -> None:
    """Refuse an argument that is not that of an interrupted run, unless it is a tokenizer that must be given again."""
    if name not in known:
        raise InputError(f"{place}: the interrupted run has no {name}; omit {name}")
    if value != known[name] and not (name == "tokenizer" and known[name] is None):
        was = "its default" if known[name] is None else known[name]
        raise InputError(
            f"{place}: cannot resume with {name}={value}: the run was started with {name}={was}; omit it, or start a "
            "new run"
        )


def check_tokenizer(place: str | Path, known: dict[str, Any]) -> None:
    """Refuse to resume without a tokenizer that is a function."""
    if known["tokenizer"] is None:
        raise InputError(f"{place}: the text was split by a function, which must be given again as tokenizer")


def _check_lines(
    name: str, kind: type[Vocabulary | Phrases | SentenceWeights], given: Any, known: Path | None, folder: Path
) -> None:
    """Refuse a vocabulary, phrases or weights, or a file of them, that are not those in a file."""
    if not isinstance(given, kind):
        given = kind.load(given)
    if known is None or list(given.lines()) != list(kind.load(known).lines()):
        raise InputError(f"{folder}: the interrupted run was started with other {name}; omit {name}")


def _digest(path: Path) -> str | None:
    """Return the checksum of a file, or None if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError:
        return None


def _place(source: Any) -> list[str] | str | None:
    """Return where a source can be read again: URLs or absolute paths, or that of co-occurrences; None if it cannot."""
    if isinstance(source, Cooccurrence):
        return source.path
    if isinstance(source, str | PathLike | list | tuple):
        opened = open_source(source)
        return opened.given if isinstance(opened, Files) and opened.identity is not None else None
    return None
