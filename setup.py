"""What pyproject.toml cannot say: the packages, found here, and the README with links that work on PyPI too."""

import re
from pathlib import Path

from setuptools import find_namespace_packages, setup

HOME = "https://github.com/fastvec/fastvec/blob/main/"

setup(
    packages=[*find_namespace_packages(include=["fastvec", "fastvec.*"], exclude=["*.__pycache__"]), "fastvec_cli"],
    long_description=re.sub(r"\]\((?!https?://|#)", f"]({HOME}", Path("README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
