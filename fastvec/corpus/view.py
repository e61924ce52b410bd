"""A corpus that reads another one in its own way."""

from pathlib import Path

from fastvec.corpus import Corpus


class View(Corpus):
    """What another corpus holds, `whole`; that one stays open, and is not owned."""

    def __init__(self, whole: Corpus) -> None:
        self.__dict__ |= whole.__dict__
        self.whole = whole

    @property
    def folder(self) -> Path:
        """The folder of the corpus."""
        return self.whole.folder
