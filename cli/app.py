"""The group of commands: finds them by name, imports only the one that runs, and turns errors into one line."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import click

from fastvec._version import __version__
from fastvec.errors import FastvecError

from . import notices, streams
from .ending import Carried, Ended, describe, is_of_limits, status_of
from .suggestions import Commands, option_meant

#: The commands by sections, in the order of their use: name and help. The module of that name holds a click command
#: called `command`.
SECTIONS = {
    "Train": {
        "train": "Train word vectors from text.",
        "plan": "Estimate the memory, disk and time that training takes.",
        "sweep": "Try settings of training, and score each.",
        "vocab": "Count the words of a text.",
        "phrases": "Join words that belong together: new_york.",
        "cooccurrence": "Count how often words stand near each other.",
    },
    "Ask": {
        "similar": "Show the nearest neighbours of words.",
        "analogy": "Answer analogies: king - man + woman.",
        "odd": "Find the word that does not go with the others.",
        "vector": "Print the vectors of words.",
        "cluster": "Put words into classes (k-means).",
        "embed": "Make vectors of texts from those of their words.",
    },
    "Evaluate": {
        "eval": "Score vectors on analogies, similarity, categories, outliers and bias.",
        "compare": "Compare vectors on the same questions, with paired tests.",
        "stability": "Compare the neighbours of words between trainings.",
        "health": "Measure what harms the use of vectors: hubs, shared directions, zeros.",
    },
    "Files and installation": {
        "info": "Show what a file of vectors holds.",
        "report": "Write a page on vectors: training, scores, neighbours, a map.",
        "convert": "Change the format of a file of vectors.",
        "align": "Rotate vectors to others, and show the words that moved.",
        "cache": "List or clear the texts that are cached.",
        "doctor": "Check the installation: versions, processor, memory, models.",
    },
}
COMMANDS = [name for commands in SECTIONS.values() for name in commands]


class _LazyGroup(Commands):
    """A group that imports a command when it runs, and lists the commands without importing any."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; carry past click what it would end with an empty line or another status."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, BrokenPipeError) as error:
            raise Carried(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return COMMANDS

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{cmd_name}", __package__)
        return module.command  # type: ignore[no-any-return]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{width}}", text) for name, text in commands.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="fastvec", message="%(prog)s %(version)s")
def fastvec() -> None:
    """Train word embeddings from text, on all cores, and use them."""


@contextmanager
def _signals() -> Iterator[None]:
    """Let the signals that end a process do so cleanly, as Ctrl-C does."""

    def end(number: int, frame: object) -> NoReturn:
        raise Ended(number)

    numbers = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
    heeded = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]  # nohup ignores one
    for number in heeded:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, signal.SIG_DFL)


def _with_suggestion(error: click.NoSuchOption) -> click.UsageError:
    """Return an error that suggests the option that is meant."""
    name, command = error.option_name, error.ctx and error.ctx.command
    known = command and option_meant(name.lstrip("-"), command)
    if not known and isinstance(command, click.Group):
        return click.UsageError(
            f"No such option '{name}' before a command; write it after the command's name.", error.ctx
        )
    if not known:
        return error
    return click.UsageError(f"No such option '{name}'. Did you mean '{known}'?", error.ctx)


def main() -> None:
    """Run the command line and exit."""
    streams.prepare()
    with _signals(), notices.shown():
        status = _run()
        try:
            sys.stdout.flush()
        except OSError as error:
            status = _tell(error) or status
    if status:
        sys.exit(status)


def _run() -> int:
    """Run the command line, say in one line what went wrong, and return the exit status."""
    try:
        fastvec.main(prog_name="fastvec", standalone_mode=False)
    except SystemExit as stop:
        return int(stop.code or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:  # the command line could not be parsed
        if isinstance(error, click.NoSuchOption):
            error = _with_suggestion(error)
        error.show()
        return error.exit_code
    except click.Abort:  # while the command line was parsed
        return _tell(KeyboardInterrupt())
    except Carried as carried:
        return _tell(carried.error)
    except (FastvecError, OSError, MemoryError) as error:
        return _tell(error)
    except (RuntimeError, ImportError) as error:
        if not is_of_limits(error):
            raise
        return _tell(error)
    return 0


def _tell(error: BaseException) -> int:
    """Say in one line why the command ended, and return its exit status."""
    sys.unraisablehook = lambda _: None  # what the error left half made, in the compiler say, complains as Python ends
    if isinstance(error, OSError) and not isinstance(error, FastvecError):  # the standard output's
        streams.discard_output()
    if not isinstance(error, BrokenPipeError):  # the reader of our output, `head` say, has seen enough
        click.echo(f"fastvec: {describe(error)}", err=True)
    return status_of(error)
