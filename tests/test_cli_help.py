"""What help shows, and what the shell completes."""

from itertools import combinations

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from fastvec_cli.app import COMMANDS, SECTIONS
from fastvec_cli.app import fastvec as cli

from fastvec.settings import MODELS


def commands(group=cli, path=()):
    """Yield the names of all commands, of those in groups too."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = dict(commands())


def completed(*words):
    """Return what the shell is told may follow."""
    *before, last = words
    found = ShellComplete(cli, {}, "fastvec", "_FASTVEC_COMPLETE").get_completions(before, last)
    return [item.value if item.type == "plain" else item.type for item in found]


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_of_every_command_is_plain_and_complete(path):
    shown = CliRunner().invoke(cli, [*path, "--help"], terminal_width=80).output
    text = " ".join(shown.split())
    assert "in Python" not in text
    assert "((" not in text
    assert "]  [" not in shown
    for option in (each for each in EVERY[path].params if isinstance(each, click.Option)):
        assert any(name in shown for name in option.opts), option.name
        assert option.help
        assert option.help.rstrip().endswith((".", "]", ")"))


def test_of_options_that_exclude_each_other_one_can_be_given():
    flags = [
        (path, first.opts[0], second.opts[0])
        for path, command in EVERY.items()
        for first, second in combinations([each for each in command.params if isinstance(each, click.Option)], 2)
        if first.name == second.name and not getattr(first, "varies", False)
    ]
    assert {("train",), ("eval", "all"), ("compare",)} <= {path for path, *_ in flags}
    for path, *both in flags:
        result = CliRunner().invoke(cli, [*path, *both, "x", "y"])
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"{' and '.join(both)} do not go together; give one of them" in result.stderr


def test_every_value_that_is_a_choice_or_a_file_is_completed():
    kinds = (click.Choice, click.Path)
    for path, command in EVERY.items():
        for each in command.params:
            if each.metavar in ("FILE", "DIR", "FILE.png", "VECTORS", "SOURCE...", "[SOURCE]...", "[VECTORS]...", "IN"):
                assert isinstance(each.type, kinds), (path, each.name)
    assert completed("train", "--model", "") == list(MODELS)
    assert completed("train", "--loss", "h") == ["hierarchical"]
    assert completed("train", "--tokenizer", "") == ["whitespace", "words"]
    assert completed("train", "--checkpoint", "x") == ["dir"]
    assert completed("train", "--vocab", "x") == completed("similar", "x") == completed("train", "x") == ["file"]
    assert completed("phrases", "--scoring", "") == ["word2phrase", "npmi"]
    assert completed("convert", "--format", "g") == ["glove"]
    assert completed("eval", "analogies", "--data", "") == ["google", "ca8", "weat", "file"]


def test_commands_are_listed_by_use():
    shown = CliRunner().invoke(cli, ["--help"]).output
    places = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)
    assert COMMANDS[0] == "train"
    assert all(f"\n{title}:\n" in shown for title in SECTIONS)


def test_options_are_shown_in_sections():
    shown = CliRunner().invoke(cli, ["phrases", "--help"]).output
    assert shown.index("Options:") < shown.index("Finding phrases:") < shown.index("Running:")
    assert (
        shown.index("Running:") < shown.index("--threads") < shown.index("Reading text:") < shown.index("--tokenizer")
    )
