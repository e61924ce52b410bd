"""What the commands that read text have in common: their sources, and the progress bar."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def source_paths(sources: tuple[str, ...]) -> list[Path]:
    """Give the sources of a command line as `fastvec.read_corpus` takes them, and let it import from this folder."""
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # for --tokenizer
    return [Path(source) for source in sources]


@contextmanager
def reading_progress(quiet: bool) -> Iterator[Callable[[int, int | None], None] | None]:
    """Show a progress bar on stderr; give the callback that moves it, None if stderr is no terminal or all is quiet."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
