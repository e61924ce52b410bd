"""What somebody means by a command or an option that does not exist: a slip, or what other programs call it."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import click

from fastvec.parameters import Settings, by_other_names, closest
from fastvec.scoring import Analogies, Associations, Categories, Comparing, Resampling
from fastvec.settings import ALL, OUT_OF_SCOPE

_GROUPS: tuple[type[Settings], ...] = (*ALL, Analogies, Associations, Categories, Comparing, Resampling)
#: What to write for what others call a command.
_COMMANDS = by_other_names(
    {
        "fastvec --help": "help commands",
        "fastvec train": "word2vec fit learn",
        "fastvec train --model skipgram": "skipgram skip-gram sg",
        "fastvec train --model cbow": "cbow",
        "fastvec train --model glove": "glove",
        "fastvec train --model ppmi-svd": "ppmi ppmi-svd svd pmi",
        "fastvec similar": "sim nn knn neighbours neighbors nearest most-similar most_similar distance query",
        "fastvec analogy' or 'fastvec eval analogies": "analogies word-analogy word_analogy",
        "fastvec vector": "print-word-vectors print-vectors vectors get",
        "fastvec odd": "doesnt-match doesnt_match outlier",
        "fastvec eval": "evaluate test accuracy compute-accuracy score benchmark outliers categories similarity bias",
        "fastvec sweep": "tune grid grid-search random-search hyperparameters optimize",
        "fastvec phrases": "word2phrase bigrams collocations",
        "fastvec vocab": "vocab_count vocab-count count",
        "fastvec cooccurrence": "cooccur counts",
        "fastvec info": "dump show head describe inspect",
        "fastvec cluster": "kmeans classes",
        "fastvec eval bias": "weat",
        "fastvec health": "isotropy hubness hubs",
    }
)
#: Options that are no parameters, by what others call them.
_OPTIONS = {"vocab-limit": "limit", "restrict-vocab": "limit", "top": "topn", "top-n": "topn", "data-set": "data"}


class Commands(click.Group):
    """A group that answers an unknown command with the one that is meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of some arguments, and the others."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(self._unknown(ctx, args[0]), ctx)
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and not isinstance(command, click.Group):
            _refuse_single_dashes(ctx, command, rest)
        return name, command, rest

    def _unknown(self, ctx: click.Context, name: str) -> str:
        path, known = ctx.command_path, self.list_commands(ctx)
        if "." in name or "/" in name:
            first = "analogies" if "analogies" in known else "info"
            others = ", ".join(each for each in known if each != first)
            return f"A command comes before a file: '{path} {first} {name}', or another of {others}."
        plain = name.lower()
        if ctx.parent is None and plain in _COMMANDS:
            return f"No such command '{name}'. Did you mean '{_COMMANDS[plain]}'?"
        if ctx.parent is None and plain in OUT_OF_SCOPE:
            return f"No such command '{name}': {OUT_OF_SCOPE[plain]}."
        close = get_close_matches(plain, known, 1, 0.6)
        cure = f"Did you mean '{path} {close[0]}'?" if close else f"The commands are {', '.join(known)}."
        return f"No such command '{name}'. {cure}"


def _refuse_single_dashes(ctx: click.Context, command: click.Command, arguments: Sequence[str]) -> None:
    """Refuse a long option with a single dash, as word2vec and fastText have them, which would be read otherwise."""
    for argument in arguments:
        if argument == "--":
            return
        if re.fullmatch(r"-[A-Za-z][\w-]+", argument):
            is_short = any(argument[:2] in each.opts for each in command.params)
            meant = option_meant(argument[1:], command, is_exact=is_short)
            if meant:
                raise click.UsageError(f"No such option '{argument}'. Did you mean '{meant}'?", ctx)


def option_meant(name: str, command: click.Command, *, is_exact: bool = False) -> str | None:
    """Return the option of a command that somebody means by a name without dashes, or None if that is not clear."""
    own: dict[Any, str] = {}
    names: dict[str, str] = {}
    for each in command.params:
        for flag in (*each.opts, *each.secondary_opts):
            if flag.startswith("--"):
                own.setdefault(each.name, flag)
                names[flag[2:]] = flag
    for group in _GROUPS:
        for parameter in group.parameters.values():
            if parameter.name in own:
                for other in (parameter.name, *parameter.known_as):
                    names.setdefault(other.replace("_", "-"), own[parameter.name])
    names |= {other: own[meant] for other, meant in _OPTIONS.items() if meant in own and other not in names}
    plain = name.replace("_", "-")
    return names.get(plain) if is_exact else closest(plain, names)
