"""What a header and a number look like in word2vec's formats, and whether text or binary records follow a header."""

import re

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The number of words and of dimensions, alone in the first line.
HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(\d{1,18})[ \t]+(\d{1,18})[ \t]*\r?\n")

# What spaces and tabs separate.
FIELD = re.compile(rb"[^ \t\r\n]+")

# A number in text; also those that are not finite, which are refused later, by name.
NUMBER = re.compile(rb"[-+]?((\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|inf)", re.IGNORECASE)

_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def body_kind(head: bytes) -> str | None:
    """Return what follows the header of a file that begins so: "text", "binary", or None without a header.

    Text has no zero bytes. The first line decides, if its last fields look like numbers. If not, it may be text with a
    mistake: then it has no control characters, which binary numbers almost always have, and does not end where the
    first record would.
    """
    header = HEADER.match(head)
    if header is None:
        return None
    body, dim = head[header.end() :], int(header[2])
    line = body.split(b"\n", 1)[0]
    fields = FIELD.findall(line)
    is_record = line.find(b" ") + 1 + 4 * dim == len(line)
    if b"\0" in body:
        is_text = False
    elif len(fields) > dim and all(NUMBER.fullmatch(field) for field in fields[len(fields) - dim :]):
        is_text = not (is_record and b"  " in line)
    else:
        is_text = not is_record and not _CONTROLS.search(body)
    return "text" if is_text else "binary"
