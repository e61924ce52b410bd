"""What the beginning of a text shows that its user may not have meant to train."""

import logging
import re

#: Notices are logged here; the command line shows none with ``--quiet``.
NOTICES = logging.getLogger("fastvec.notices")

_LEAST_LINES, _LEAST_WORDS = 5, 20  # to judge by
_MOST = 0.05  # share of words with punctuation that a tokenized text may have
_PUNCTUATED = re.compile(rb"""[("'\[{]*[^\W_](?:\S*[^\W_])?[)"'\]}]*[.,;:!?)"\]}]+""")


def strange_text(sample: bytes, *, is_split: bool) -> str | None:
    r"""Return what is strange about a text that begins so, and the cure; None if nothing is.

    `is_split` says that its words are all that is between whitespace.

    >>> strange_text(b'{"text": "hello"}\n' * 5, is_split=False)
    'its lines are JSON, names and braces included; take out the text, as with jq -r .text'
    >>> strange_text(b"of course, he said .\n" * 5, is_split=True)
    '20 % of its first words have punctuation, such as "course,"; tokenizer="words" (--tokenizer words) takes it off'
    """
    lines = [line.strip() for line in sample.split(b"\n")[:-1] if line.strip()]
    if len(lines) >= _LEAST_LINES:
        if sum(line[:1] == b"{" and line[-1:] == b"}" for line in lines) > 0.9 * len(lines):
            return "its lines are JSON, names and braces included; take out the text, as with jq -r .text"
        for separator, name in ((b",", "commas"), (b";", "semicolons"), (b"\t", "tabs")):
            n, around = lines[0].count(separator), (separator + b" ", b" " + separator)
            rows = [line for line in lines if line.count(separator) == n and not any(each in line for each in around)]
            has_text = separator != b"\t" or b" " in lines[-1]  # tabs may also separate words
            if n and has_text and len(rows) > 0.95 * len(lines):
                return f"it is a table of {n + 1} columns with {name} between; take out the column of text"
    words = sample.split()
    punctuated = [word for word in words if _PUNCTUATED.fullmatch(word)] if is_split else []
    if len(words) < _LEAST_WORDS or len(punctuated) <= _MOST * len(words):
        return None
    share = f"{len(punctuated) / len(words):.0%}".replace("%", " %")
    example = punctuated[0][:30].decode(errors="replace")
    cure = 'tokenizer="words" (--tokenizer words) takes it off'
    return f'{share} of its first words have punctuation, such as "{example}"; {cure}'
