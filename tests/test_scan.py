from bisect import bisect_right
from operator import itemgetter
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.corpus import scanners
from fastvec.corpus.scanner import Scanner
from fastvec.corpus.scanners import Scanners
from fastvec.kernels.scan import fill_slots, has_space, scan
from tests.naive import corpus as naive

texts = st.lists(
    st.sampled_from(
        [b" ", b"\n", b"\t", b"\r", b"\v", b"\f", b"a", b"b", b"\x00", b"\x1f", b"\x0e", b"\xc3\xa9", b"\xff"]
    )
    | st.binary(max_size=12)
).map(b"".join)


def scanned(blocks, scanner=None):
    scanner = scanner or Scanner()
    ids = [i for block in blocks for i in scanner.feed(block).tolist()]
    return scanner.finish().split(), scanner.counts.tolist(), ids


@settings(deadline=None)
@given(texts, st.integers(1, 20))
def test_any_bytes_in_any_blocks_give_what_the_naive_twin_gives(text, size):
    text += b"\n"
    blocks = [text[k : k + size] for k in range(0, len(text), size)]
    assert scanned(blocks) == naive.first_seen_stream(text)


def scanned_in_threads(threads, parts):
    with Scanners(threads) as many:
        ids = [i for some in many.scan(parts) for i in some.tolist()]
        words, counts = many.finish()
        first_in = [many.parts[bisect_right(many.parts, k, key=itemgetter(1))][0] for k in range(len(words))]
        return ids, words.split(), counts.tolist(), first_in


@settings(deadline=None)
@given(st.lists(st.tuples(texts, st.integers(1, 20)), max_size=4), st.integers(2, 4))
def test_threads_give_what_one_scanner_gives(pieces, threads):
    parts = [
        (f"part {k}", [text[i : i + size] for i in range(0, len(text), size)]) for k, (text, size) in enumerate(pieces)
    ]
    with patch.object(scanners, "_UNIT", 7):
        assert scanned_in_threads(threads, parts) == scanned_in_threads(1, parts)


def test_empty_lines_make_no_sentences():
    assert scanned([b"\n\n  \na\n\n\n \nb\n\n"])[2] == [0, -1, 1, -1]


def test_an_unfinished_word_waits_for_its_end():
    assert scanned([b"a bc"])[2] == [0]
    assert scanned([b"a bc", b"d", b"e "])[0] == [b"a", b"bcde"]


def test_an_empty_block_changes_nothing():
    assert scanned([b"", b"a", b"", b" a\n", b""])[2] == [0, 0, -1]


def test_a_word_may_be_longer_than_any_buffer():
    word = b"x" * 3_000_000
    words, counts, ids = scanned([word[k : k + 100_000] for k in range(0, len(word), 100_000)] + [b"y ", word + b"y\n"])
    assert words == [word + b"y"]
    assert (counts, ids) == ([2], [0, 0, -1])


def test_a_vocabulary_may_outgrow_any_table():
    expected = [b"%d" % k for k in range(100_000)]
    text = b" ".join(expected) + b"\n"
    words, counts, ids = scanned([text, text])
    assert words == expected
    assert counts == [2] * 100_000
    assert ids == [*range(100_000), -1] * 2


def test_words_that_differ_in_one_byte_only_are_different():
    stems = [b"", b"a", b"abcdefg", b"abcdefgh", b"abcdefghi", b"abcdefghijklmno", b"abcdefghijklmnop"]
    expected = [stem + end for stem in stems for end in (b"1", b"2", b"1\x00", b"\xff")]
    assert scanned([b"\n".join(expected) + b"\n"] * 2)[0] == expected


def words_in_four_slots(*blocks):
    """Scan with the smallest table that holds two words."""
    slots, arena = np.zeros(4, np.uint64), np.zeros(64, np.uint8)
    starts, counts = np.zeros(3, np.int64), np.zeros(2, np.int64)
    ids = np.empty(40, np.int32)
    n_words = n_ids = 0
    for block in blocks:
        text = np.zeros(64, np.uint8)
        text[: len(block)] = np.frombuffer(block, np.uint8)
        text[len(block)] = ord("\n")
        _, n_words, n_ids, _ = scan(text, 0, len(block), slots, arena, starts, counts, n_words, ids, n_ids, False)
        full = np.zeros(4, np.uint64)
        fill_slots(full, arena, starts, n_words)
        assert (full == slots).all()
    return ids[:n_ids].tolist()


def test_words_with_the_same_half_hash_are_different():
    assert words_in_four_slots(b"f520a96 8dae9af8 8dae9af8 f520a96 ") == [0, 1, 1, 0]


def test_the_scanner_stops_before_a_word_that_does_not_fit():
    assert words_in_four_slots(b"a b a c a ", b"b ") == [0, 1, 0, 1]


def test_has_space_looks_at_the_given_part_only():
    text = np.frombuffer(b" ab ", np.uint8)
    assert has_space(text, 0, 2)
    assert not has_space(text, 1, 3)


def test_the_memory_of_the_tables_is_known_beforehand():
    scanner, words = Scanner(), [b"%d" % k for k in range(100_000)]
    scanner.feed(b"\n".join(words) + b"\n")
    arrays = scanner._slots.nbytes + 16 * scanner.n_words + int(scanner._starts[scanner.n_words])
    assert Scanner.needs(len(words), sum(map(len, words))) == arrays + (1 << 19)  # and the arena before it grew


def test_threads_have_tables_of_the_words_of_their_parts():
    one, words_of = Scanner.needs(1000, 8000), {0.25: 500}.__getitem__
    assert Scanners.needs(1000, 8000, 1, words_of) == one
    own = Scanner.needs(500, 4000) + 4 * 500 + scanners._IN_FLIGHT
    assert Scanners.needs(1000, 8000, 4, words_of) == one + 4 * own
