"""What a header and a number look like in word2vec's formats, and whether text or binary records follow a header."""

import re

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The number of words and of dimensions, alone in the first line.
HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(\d{1,18})[ \t]+(\d{1,18})[ \t]*\r?\n")

# What spaces and tabs separate.
FIELD = re.compile(rb"[^ \t\r\n]+")

# A number in text; also those that are not finite, which are refused later, by name. Matched in linear time.
NUMBER = re.compile(rb"[-+]?((\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?|nan|inf)", re.IGNORECASE)

_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
#: Lines at the beginning that decide what the file is.
SAMPLE = 100


def body_kind(head: bytes) -> str | None:
    """Return what follows the header of a file that begins so: "text", "binary", or None without a header.

    If the first line ends where a record would, it is one, unless it ends in as many numbers as it should.
    """
    header = HEADER.match(head)
    if header is None:
        return None
    body, dim = head[header.end() :], int(header[2])
    line = body.split(b"\n", 1)[0]
    fields = FIELD.findall(line)
    is_record = line.find(b" ") + 1 + 4 * dim == len(line)
    has_numbers = len(fields) > dim and b"  " not in line and all(map(NUMBER.fullmatch, fields[len(fields) - dim :]))
    return "text" if has_numbers or (not is_record and looks_like_text(body)) else "binary"


def looks_like_text(body: bytes) -> bool:
    """Return whether lines of words and numbers begin so: most do, or there are no control characters."""
    lines = [fields for line in body.split(b"\n", SAMPLE)[:SAMPLE] if (fields := FIELD.findall(line))]
    return 2 * sum(map(_ends_in_numbers, lines)) > len(lines) or not _CONTROLS.search(body)


def _ends_in_numbers(fields: list[bytes]) -> bool:
    """Return whether at least half of what follows the first field are numbers; binary numbers almost never are."""
    n_numbers = sum(map(bool, map(NUMBER.fullmatch, fields[1:])))
    return n_numbers > 0 and 2 * n_numbers >= len(fields) - 1


def table_kind(lines: list[list[bytes]]) -> str | None:
    """Return what marks lines, most of them, as those of a table that a spreadsheet, R or pandas has written."""
    kinds = {
        "with quoted words": sum(_is_quoted(fields[0]) for fields in lines),
        "separated by commas or semicolons": sum(_has_commas(fields) for fields in lines),
    }
    return next((kind for kind, n in kinds.items() if 2 * n > len(lines)), None)


def _is_quoted(word: bytes) -> bool:
    return len(word) > 2 and word[:1] == word[-1:] and word[:1] in (b'"', b"'")


def _has_commas(fields: list[bytes]) -> bool:
    """Return whether the first or the last field ends in a comma and a number."""
    parts = (re.split(rb"[,;]", field) for field in (fields[0], fields[-1]))
    return any(len(some) > 1 and NUMBER.fullmatch(some[-1].strip(b'"')) for some in parts)
