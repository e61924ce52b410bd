"""Names that the documentation tells are there once `import fastvec` is done."""

import re
import subprocess
import sys
from inspect import getdoc
from pathlib import Path

import pytest

import fastvec
from fastvec import evaluation

ROOT = Path(__file__).parent.parent
_NAME = re.compile(r"(?<![\w./-])fastvec(?:\.[A-Za-z_]\w*)+(?![\w/])")
_CODE = re.compile(r"```python\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_RESOLVE = """
import sys, fastvec
for name in sys.argv[1:]:
    found = fastvec
    for part in name.split(".")[1:]:
        found = getattr(found, part)
"""


def documented():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    for module in (fastvec, evaluation):
        public = [getattr(module, name) for name in module.__all__]
        members = [member for each in public if isinstance(each, type) for member in vars(each).values()]
        texts += [getdoc(each) or "" for each in (*public, *members)]
    code = "\n".join(one + other for text in texts for one, other in _CODE.findall(text))
    return sorted(set(_NAME.findall(code)))


def test_every_documented_name_is_there():
    names = documented()
    assert {"fastvec.train", "fastvec.ApproximateIndex", "fastvec.vectors.FORMATS"} <= set(names)
    done = subprocess.run([sys.executable, "-c", _RESOLVE, *names], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", [fastvec, evaluation])
def test_every_public_name_is_there_and_documented(module):
    assert [name for name in module.__all__ if not getdoc(getattr(module, name))] == []


def test_other_names_are_none():
    with pytest.raises(AttributeError, match="module 'fastvec' has no attribute 'trian'"):
        _ = fastvec.trian
    assert not hasattr(fastvec, "_nothing")
