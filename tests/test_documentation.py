"""The pages: their commands are right, those for users of other programs run, and nothing is left out."""

import lzma
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from fastvec_cli.app import fastvec as cli
from fastvec_cli.suggestions import option_meant

from fastvec.parameters import closest
from fastvec.settings import ARGUMENTS, OUT_OF_SCOPE, Run, Word2Vec

ROOT = Path(__file__).parent.parent
PAGES = {page.relative_to(ROOT).as_posix(): page.read_text() for page in (ROOT / "README.md", *ROOT.glob("docs/*.md"))}
COMING_FROM = [name for name in PAGES if "/from-" in name]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.DOTALL | re.MULTILINE)
CALL = re.compile(r"^(?:\$ )?(?:[^'\"\n]*\| )?(?:\.venv/bin/)?fastvec ((?:\\\n|[^\n|;&])+)", re.MULTILINE)


def lines_of(text):
    """Yield the arguments of each call of fastvec in a block of the command line."""
    for call in CALL.findall(text):
        words = shlex.split(call.replace("\\\n", " "), comments=True)
        if words and words[0] != "COMMAND":
            yield words


def commands(group=cli, path=()):
    """Yield the names of all commands, of those in groups too."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


EVERY = dict(commands())
SHOWN = [
    arguments
    for text in PAGES.values()
    for kind, block in BLOCK.findall(text)
    if kind == "console"
    for arguments in lines_of(block)
]


def test_commands_in_pages_are_right():
    for arguments in SHOWN:
        group, rest = cli, list(arguments)
        if not rest[0].startswith("-"):
            while isinstance(group, click.Group) and rest:
                _, group, rest = group.resolve_command(click.Context(group, info_name="fastvec"), rest)
            if rest and "--help" not in rest:
                group.make_context("fastvec", rest)


def test_each_command_and_option_has_a_page():
    text = "\n".join(PAGES.values())
    assert [path for path in EVERY if not re.search(rf"fastvec {' '.join(path)}\b", text)] == []
    missing = [
        (" ".join(path), option.opts[-1])
        for path, command in EVERY.items()
        for option in command.params
        if isinstance(option, click.Option)
        and not any(re.search(rf"(?<![\w-]){flag}(?![\w-])", text) for flag in (*option.opts, *option.secondary_opts))
    ]
    assert missing == []


def test_each_page_has_a_place_on_the_site():
    nav = (ROOT / "mkdocs.yml").read_text().partition("\nnav:")[2]
    pages = {name.removeprefix("docs/") for name in PAGES} - {"README.md"}
    assert pages <= set(re.findall(r"[\w-]+\.md", nav))


@pytest.mark.parametrize("page", COMING_FROM)
def test_names_of_other_programs_mean_what_their_page_says(page):
    train = EVERY["train",]
    groups = (Word2Vec, *ARGUMENTS, Run)
    known = {
        other: name for group in groups for name, each in group.parameters.items() for other in (name, *each.known_as)
    }
    rows = re.findall(r"^\| `-?([\w-]+)[^|]* \| `(--)?([\w-]+)", PAGES[page], re.MULTILINE)
    checked = 0
    for other, dashes, ours in rows:
        if other == "alpha" and "glove" not in page:  # elsewhere a rate
            continue
        if dashes:
            assert option_meant(other, train, is_exact=True) == f"--{ours}", other
        elif page == "docs/from-gensim.md" and ours in known.values():
            assert closest(other, known) == ours, other
        checked += bool(dashes) or ours in known.values()
    assert checked > 10


@pytest.mark.parametrize("page", COMING_FROM)
def test_pages_for_users_of_other_programs_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with lzma.open(ROOT / "data" / "sample.txt.xz", "rt") as sample:
        text = sample.read(100_000)
    assert text.count(" king ") >= 5  # so that it is trained
    Path("corpus.txt").write_text(text)
    names = {}
    for kind, block in BLOCK.findall(PAGES[page]):
        if kind == "python":
            if "from gensim" in block:
                pytest.importorskip("gensim")
            exec(compile(block, page, "exec"), names)
        for arguments in lines_of(block) if kind == "console" else ():
            small = ["--buckets", "1000"] if "--subwords" in arguments else []  # fastText's take 800 MB
            done = CliRunner().invoke(cli, [*arguments, *small])
            assert done.exit_code == 0, (arguments, done.output, done.exception)


def test_what_is_out_of_scope_is_on_the_page_of_limits():
    reasons = {re.match(r"[\w' ]+", reason)[0] for name, reason in OUT_OF_SCOPE.items() if "subwords" not in reason}
    assert len(reasons) == 4
    page = PAGES["docs/limits.md"].lower()
    assert all(word in page for word in ("documents", "classifiers", "word mover's distance", "context"))
