"""The command that looks whether fastvec works here."""

import sys

import click

from . import asking
from .tables import print_facts, print_json, terminal_width


@click.command()
@asking.as_json
def command(as_json: bool) -> None:
    """Show what fastvec runs on, and try each model on a little text.

    Ends with exit code 1 if something is wrong; such lines begin with an exclamation mark. An asterisk marks what
    works, but could be faster.

    \b
    Example:
      fastvec doctor
    """  # noqa: D301 - click reads the backspace
    from fastvec.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            mark = "! " if finding.is_bad else "* " if finding.is_slow else "  "
            print_facts([(finding.name, finding.text)], terminal_width(), mark, least=21)
    if as_json:
        print_json([finding._asdict() for finding in findings])
    if any(finding.is_bad for finding in findings):
        sys.exit(1)
