"""Write what is derived from `fastvec.settings`: `python docs/generate.py`.

That is the keywords that editors complete and type checkers check (`fastvec/keywords.py`), and the tables of
`docs/parameters.md`.
"""

import ast
import inspect
from pathlib import Path

from fastvec import settings
from fastvec.parameters import Settings

ROOT = Path(__file__).parent.parent
KEYWORDS, PAGE = ROOT / "fastvec" / "keywords.py", ROOT / "docs" / "parameters.md"
BEGIN, END = "<!-- parameters: begin -->\n", "<!-- parameters: end -->\n"
#: Classes of keywords by name: the one that they extend, and the settings that they add.
CLASSES: dict[str, tuple[str, tuple[type[Settings], ...]]] = {
    "Read": ("TypedDict", (settings.Reading,)),
    "Count": ("TypedDict", (settings.Counting,)),
    "FindPhrases": ("TypedDict", (settings.Phrasing,)),
    "Train": ("Read", (settings.Words, settings.Result, settings.Run)),
    **{
        f"Train{kind.__name__}": ("Train, Count" if kind.counts else "Train", (kind,))
        for kind in settings.MODELS.values()
    },
}


def annotations() -> dict[str, dict[str, str]]:
    """Return the annotation of each parameter as it is written, by class."""
    found = {}
    for node in ast.parse(inspect.getsource(settings)).body:
        if isinstance(node, ast.ClassDef):
            fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
            found[node.name] = {
                each.target.id: each.annotation.value  # type: ignore[union-attr]
                if isinstance(each.annotation, ast.Constant)
                else ast.unparse(each.annotation).replace("'", '"')
                for each in fields
            }
    return found


def keywords() -> str:
    """Return the module of keywords."""
    written = annotations()
    lines = [
        '"""Keywords of functions, for type checkers and editors; from `fastvec.settings`, by docs/generate.py."""',
        "",
        "from os import PathLike",
        "from typing import Literal, TypedDict",
        "",
        "from numpy.typing import ArrayLike",
        "",
        "from fastvec.corpus import Vocabulary",
        "from fastvec.corpus.tokenizers import TokenizeLine",
        "from fastvec.phrases import Phrases",
        "from fastvec.settings import FileFormat",
        "from fastvec.training.progress import Listener",
        "from fastvec.vectors import KeyedVectors",
    ]
    for name, (base, groups) in CLASSES.items():
        lines += ["", "", f"class {name}({base}, total=False):"]
        lines += [f'    """Those of {", ".join(f"`{group.__name__}`" for group in groups)}."""', ""]
        inherited = settings.Counting.parameters if "Count" in base else {}
        for group in groups:
            for parameter in [each for each in group.parameters if each != "model" and each not in inherited]:
                kinds = (written.get(cls.__name__, {}).get(parameter) for cls in group.__mro__)
                lines.append(f"    {parameter}: {next(filter(None, kinds))}")
    return "\n".join(lines) + "\n"


def tables() -> str:
    """Return the tables of parameters, in Markdown."""
    lines = []
    for group in settings.ALL:
        lines += [f"\n## {group.heading()}\n", "| Python | command line | default | meaning |", "|---|---|---|---|"]
        for name, each in group.parameters.items():
            if name != "model":
                flags = ", ".join(f"`{flag}`" for flag in each.flags)
                choices = f" One of {', '.join(f'`{choice}`' for choice in each.choices)}." if each.choices else ""
                default, text = (part.replace("|", "\\|") for part in (each.default_text, each.help + choices))
                lines.append(f"| `{name}` | {flags} | {default} | {text} |")
    return "\n".join(lines) + "\n\n"


def page() -> str:
    """Return the page of parameters with its tables."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + tables() + END + rest.partition(END)[2]


if __name__ == "__main__":
    KEYWORDS.write_text(keywords(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
