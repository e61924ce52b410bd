"""What a header and a number look like in word2vec's formats."""

import re

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The number of words and of dimensions, alone in the first line.
HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(\d{1,18})[ \t]+(\d{1,18})[ \t]*\r?\n")

# What spaces and tabs separate.
FIELD = re.compile(rb"[^ \t\r\n]+")

# A number in text; also those that are not finite, which are refused later, by name.
NUMBER = re.compile(rb"[-+]?((\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|inf)", re.IGNORECASE)
