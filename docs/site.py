"""What the site has beside the pages of this folder: pages of other folders, and references made of the code.

mkdocs calls the functions that begin with ``on_``. Links are those of the repository; here they become those of the
site or, to files that are no pages, of the repository's home.
"""

import html
import inspect
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
HOME = "https://github.com/fastvec/fastvec/blob/main/"
#: Pages of other folders, by their names on the site.
PAGES = {
    "index.md": "README.md",
    "benchmarks.md": "benchmarks/README.md",
    "data.md": "data/README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
}
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]*)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages."""
    made = {"cli.md": _commands(), "api.md": _reference()}
    for name, source in PAGES.items():
        made[name] = _linked((ROOT / source).read_text(encoding="utf-8"), source)
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Change the links of a page of this folder."""
    return markdown if page.file.generated_by else _linked(markdown, f"docs/{page.file.src_uri}")


def _linked(markdown: str, source: str) -> str:
    """Return a page of the repository with links for the site."""
    names = {path: name for name, path in PAGES.items()} | {"docs/README.md": "index.md"}

    def link(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[1]))
        page = names.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else HOME + path)
        return f"]({page}"

    return _LINK.sub(link, markdown)


def _commands() -> str:
    """Return the page of the command line: what `--help` prints."""
    from fastvec_cli.app import fastvec as cli

    lines = ["# Command line\n", "What `fastvec COMMAND --help` prints. [Queries](queries.md) has examples.\n"]
    for path, command in _subcommands(cli, ("fastvec",)):
        context = click.Context(command, info_name=" ".join(path))
        usage = command.get_usage(context).removeprefix("Usage: ")
        lines += [f"{'#' * len(path)} {context.info_name}\n", f"```text\n{usage}\n```\n"]
        for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
            is_verbatim = paragraph.startswith("\b\n")
            lines.append(f"```text\n{paragraph[2:]}\n```\n" if is_verbatim else paragraph + "\n")
        lines += ["| option | meaning |", "|---|---|"]
        for option in command.get_params(context):
            if isinstance(option, click.Option) and (record := option.get_help_record(context)):
                name, meaning = (html.escape(text, quote=False).replace("|", "&#124;") for text in record)
                lines.append(f"| <code>{name}</code> | {meaning} |")
        lines.append("")
    return "\n".join(lines)


def _subcommands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _subcommands(command, (*path, name))


def _reference() -> str:
    """Return the page of what `import fastvec` has."""
    import fastvec
    from fastvec import evaluation
    from fastvec.parameters import Settings

    lines = ["# Python reference\n", "[Python](python.md) has examples.\n"]
    for module in (fastvec, evaluation):
        for name in sorted(module.__all__, key=str.lower):
            found = getattr(module, name)
            if callable(found) and getattr(found, "__module__", "").startswith("fastvec"):
                lines.append(f"::: {found.__module__}.{found.__qualname__}")
                is_plain = isinstance(found, type) and issubclass(found, (Settings, Exception))
                lines.append("    options: { members: false, inherited_members: false }\n" if is_plain else "")
    return "\n".join(lines)
