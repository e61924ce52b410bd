"""The commands that list and clear what is cached."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastvec.settings import Reading

from . import asking, options
from .tables import print_json, print_table

if TYPE_CHECKING:
    from fastvec.caches import CachedText

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class _Age(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A length of time, such as 12h or 30d."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the length of time."""
        match = re.fullmatch(r"(\d{1,5})([smhdw])", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is not an age such as 12h, 30d or 4w", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


_folder = options.options_of(Reading, only=["cache_dir"])


@click.group(invoke_without_command=True)
@_folder
@asking.as_json
@click.pass_context
def command(context: click.Context, cache_dir: str | None, as_json: bool) -> None:
    """List the texts whose word ids are cached, with size and last use; or clear them.

    The compiled kernels are cached too: the last line says where.

    \b
    Examples:
      fastvec cache
      fastvec cache clear --older-than 30d
    """  # noqa: D301 - click reads the backspace
    if context.invoked_subcommand is None:
        _list(_cache(cache_dir), as_json)
    elif cache_dir or as_json:
        raise click.UsageError(f"give the options of {context.invoked_subcommand} after its name")


@command.command()
@_folder
@click.option("--older-than", type=_Age(), metavar="TIME", help="Only those not used for this long: 12h, 30d, 4w.")
@click.option("--kernels", is_flag=True, help="Remove the compiled kernels too; the next run compiles them again.")
def clear(cache_dir: str | None, older_than: timedelta | None, kernels: bool) -> None:
    """Remove the cached texts; they are read again when they are needed.

    \b
    Example:
      fastvec cache clear --older-than 30d
    """  # noqa: D301 - click reads the backspace
    from fastvec.caches import clear_texts, kernel_files, kernel_folder, removing
    from fastvec.errors import megabytes

    cache = _cache(cache_dir)
    cleared = clear_texts(cache, None if older_than is None else datetime.now(UTC) - older_than)
    click.echo(f"{cache}: removed {_texts(cleared)}")
    folder = kernel_folder() if kernels else None
    if folder is not None:
        files = kernel_files(folder)
        size = sum(path.stat().st_size for path in files)
        for path in files:
            with removing(path):
                path.unlink(missing_ok=True)
        click.echo(f"{folder}: removed {megabytes(size)} of kernels")


def _cache(cache_dir: str | None) -> Path:
    from fastvec.corpus.stream import cache_folder

    return cache_folder(cache_dir)


def _texts(texts: "list[CachedText]") -> str:
    from fastvec.errors import megabytes

    return f"{len(texts):,} text{'' if len(texts) == 1 else 's'}, {megabytes(sum(text.size for text in texts))}"


def _list(cache: Path, as_json: bool) -> None:
    from fastvec.caches import cached_texts, kernel_files, kernel_folder
    from fastvec.errors import megabytes

    texts, folder = cached_texts(cache), kernel_folder()
    size = sum(path.stat().st_size for path in kernel_files(folder)) if folder else 0
    if as_json:
        facts = [
            {"source": text.source, "folder": str(text.folder), "bytes": text.size, "used": text.used.isoformat()}
            for text in texts
        ]
        kernels = {"folder": None if folder is None else str(folder), "bytes": size}
        print_json({"folder": str(cache), "texts": facts, "kernels": kernels})
        return
    if texts:
        now = datetime.now(UTC)
        rows = [(megabytes(text.size), _ago(now - text.used), text.source) for text in texts]
        print_table(["size", "last used", "text"], rows)
    click.echo(f"{cache}: {_texts(texts)}")
    click.echo(f"{folder}: {megabytes(size)} of kernels" if folder else "kernels are not cached: set NUMBA_CACHE_DIR")


def _ago(age: timedelta) -> str:
    """Return in the largest unit how long ago something was.

    >>> _ago(timedelta(days=3, hours=4)), _ago(timedelta(seconds=61)), _ago(timedelta(0))
    ('3 days ago', '1 minute ago', 'now')
    """
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            n = seconds // length
            return f"{n} {unit}{'' if n == 1 else 's'} ago"
    return "now"
