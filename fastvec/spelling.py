"""What somebody means by a word that is not known: another case or another spelling of one that is."""

from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize

from fastvec.errors import UnknownWordError

#: First words of a vocabulary, whose characters are tried in place of others, and the most of these characters.
_FIRST, _CHARACTERS = 2000, 100
#: Longest word whose spellings are tried.
_LONGEST = 40


def unknown_word(word: str, rows: Mapping[str, int], words: Sequence[str]) -> UnknownWordError:
    """Return the error for a word that is not among the `words`, which suggests one; `rows` has the row of each.

    >>> print(unknown_word("Kign", {"king": 0, "man": 1}, ["king", "man"]))
    'Kign' is not among the 2 words; did you mean 'king'?
    """
    likely = _meant(word, rows, words)
    cure = "" if likely is None else f"; did you mean {likely!r}?"
    return UnknownWordError(f"{word!r} is not among the {len(words):,} words{cure}")


def _meant(word: str, rows: Mapping[str, int], words: Sequence[str]) -> str | None:
    """Return the first of the words that differ from a word in case, or else in a character or two."""
    for spellings in (_forms(word), _near(word, words), _near(word.lower(), words)):
        known = [spelling for spelling in spellings if spelling in rows]
        if known:
            return min(known, key=rows.__getitem__)
    return None


def _forms(word: str) -> list[str]:
    """Return a word in other cases, without white space around it, and with other signs between its parts."""
    stripped = normalize("NFC", word).strip()
    forms = [stripped, *("_".join(stripped.split(sign)) for sign in (" ", "-")), stripped.replace("_", "-")]
    return [case(form) for form in forms for case in (str, str.lower, str.upper, str.capitalize, str.title)]


def _near(word: str, words: Sequence[str]) -> Iterator[str]:
    """Yield a word with a character omitted, inserted, replaced, or exchanged with the next."""
    if len(word) > _LONGEST:
        return
    characters = sorted(set("".join(words[:_FIRST])))[:_CHARACTERS]
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for character in characters:
            yield before + character + after
            yield before + character + after[1:]
