"""The messages of the library in the words of the command line: `--min-count` for `min_count`."""

import re

from fastvec.scoring import Analogies, Categories, Resampling

from .options import OPTIONS, flags_of

#: The option of each parameter: those of training, of evaluation, and of `KeyedVectors.cluster`.
_OPTIONS = {"n_clusters": "--clusters", "iterations": "--iterations"}
_OPTIONS |= flags_of((Analogies, Categories, Resampling)) | OPTIONS
_ANY = "|".join(_OPTIONS)
#: A name that stands alone: in no path, no quotation and no other word.
_NAME = rf"(?<![\w/.'\"-])({_ANY})(?![\w/'\"-]|\.\w)"
_LONG = rf"(?<![\w/.'\"-])({'|'.join(name for name in _OPTIONS if '_' in name)})(?![\w/'\"-]|\.\w)"


def spoken(message: str) -> str:
    """Return a message with options in place of the names of parameters.

    Examples
    --------
    >>> spoken("no word occurs 9 times; lower min_count (--min-count), or start at random (--init word2vec)")
    'no word occurs 9 times; lower --min-count, or start at random (--init word2vec)'
    >>> spoken("negative applies to loss='negative' only; omit it")
    '--negative applies to --loss negative only; omit it'
    >>> spoken("omit vectors and save_context"), spoken("data/min_count.txt: holds vectors")
    ('omit --vectors and --save-context', 'data/min_count.txt: holds vectors')
    >>> spoken("omit init_from, or choose vectors='word'")
    'omit --init-from, or choose --vectors word'
    >>> spoken("every applies with checkpoint only"), spoken("hashes applies with subwords floret only")
    ('--every applies with --checkpoint only', '--hashes applies with --subwords floret only')
    """
    message = re.sub(rf"\b(?:{_ANY})(?:=[\w'\"]+)? \(((?:fastvec \w+ )?--[^()]+)\)", r"\1", message)
    message = re.sub(rf"(?<![\w/.-])({_ANY})=('?)([\w.%-]*[\w%])\2", _with_value, message)
    message = re.sub(rf"^{_NAME}(?= (?:must|applies|does not apply|is a parameter|was settled)\b)", _option, message)
    message = re.sub(
        rf"omit (?:{_ANY})\b(?:(?:, | and )(?:{_ANY})\b)*", lambda all: re.sub(_NAME, _option, all[0]), message
    )
    message = re.sub(rf"(?<=\bapplies with ){_NAME}(?= )", _option, message)
    return re.sub(_LONG, _option, message)


def _option(name: re.Match[str]) -> str:
    return _OPTIONS[name[1]]


def _with_value(found: re.Match[str]) -> str:
    option, value = _OPTIONS[found[1]], found[3]
    return {"True": option, "False": f"no {option}"}.get(value, f"{option} {value}")
