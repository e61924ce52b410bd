import bz2
import gc
import gzip
import io
import lzma
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.corpus import Vocabulary, read_corpus, reading, stream
from fastvec.disk import scratch
from fastvec.errors import FileError, InputError
from tests.naive import corpus as naive

TEXT = "the cat sat on the mat\n\nthe dog sat\n"


def ids_of(corpus):
    out = np.empty(corpus.n_ids + 5, np.int32)
    return out[: corpus.read(0, out)].tolist()


def contents(corpus):
    """Give all that consumers see of a corpus."""
    vocabulary = corpus.vocabulary(min_count=1)
    return vocabulary.words, vocabulary.counts.tolist(), ids_of(corpus)


@pytest.fixture
def text_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("x.txt")
    path.write_text(TEXT)
    return path


words = st.text(alphabet="abé漢", min_size=1, max_size=4)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(words, max_size=6)).filter(lambda lines: len({w for line in lines for w in line}) > 1))
def test_any_sentences_give_what_the_naive_twin_gives(sentences):
    expected = naive.sorted_stream(sentences)
    with read_corpus(sentences) as from_lists, read_corpus(" ".join(words) for words in sentences) as from_strings:
        assert contents(from_lists) == expected
        assert contents(from_strings) == expected
        assert from_lists.fingerprint == from_strings.fingerprint
        assert from_lists.n_tokens == sum(map(len, sentences))
        assert from_lists.n_types == len(expected[0])


def test_the_same_text_has_the_same_fingerprint_wherever_it_comes_from(text_file, monkeypatch):
    data = TEXT.encode()
    Path("parts").mkdir()
    for name, part in [
        ("x.gz", gzip.compress(data)),
        ("x.bz2", bz2.compress(data)),
        ("x.xz", lzma.compress(data)),
        ("bom", b"\xef\xbb\xbf" + data),
        ("unfinished", data.rstrip()),
        ("parts/1", b"the cat sat on the mat"),
        ("parts/2", b"the dog sat\n"),
    ]:
        Path(name).write_bytes(part)
    expected = read_corpus(text_file, cache=False).fingerprint
    for source in ["x.gz", "x.bz2", "x.xz", "bom", "unfinished", "parts", TEXT.split("\n"), [TEXT]]:
        assert read_corpus(source, cache=False).fingerprint == expected
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert read_corpus("-").fingerprint == expected
    assert read_corpus([TEXT + "dog"]).fingerprint != expected
    assert read_corpus([TEXT.replace("\n", " ")]).fingerprint != expected


def test_files_of_the_same_text_are_identical(text_file):
    Path("x.gz").write_bytes(gzip.compress(TEXT.encode()))
    read_corpus("x.txt", cache_dir="one").close()
    read_corpus("x.gz", cache_dir="two").close()
    (one,), (two,) = Path("one").iterdir(), Path("two").iterdir()
    for name in ("tokens.bin", "words.bin", "offsets.npy", "counts.npy"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    assert np.fromfile(one / "tokens.bin", "<i4").tolist() == [0, 2, 1, 5, 0, 4, -1, 0, 3, 1, -1]
    assert (one / "words.bin").read_bytes() == b"thesatcatdogmaton"


def test_min_count_and_max_vocab_take_a_beginning_of_the_vocabulary():
    corpus = read_corpus([TEXT])
    assert corpus.vocabulary(min_count=2).words == ["the", "sat"]
    assert corpus.vocabulary(min_count=1, max_vocab=3).words == ["the", "sat", "cat"]
    assert corpus.vocabulary(min_count=2, max_vocab=3).counts.tolist() == [3, 2]


def test_a_vocabulary_needs_two_words():
    corpus = read_corpus([TEXT], cache=False)
    with pytest.raises(
        InputError, match=r"^the source: no word occurs 5 times; the most frequent one occurs 3 times; lower"
    ):
        corpus.vocabulary()
    with pytest.raises(
        InputError, match=r"^the source: only one word occurs 3 times or more, 'the', and two are needed"
    ):
        corpus.vocabulary(3)
    with pytest.raises(InputError, match=r"'a', and two are needed; give more text$"):
        read_corpus([["a"]], cache=False).vocabulary(1)
    with pytest.raises(InputError, match=r"^min_count must be at least 1, not 0$"):
        corpus.vocabulary(0)
    with pytest.raises(InputError, match=r"^max_vocab must be at least 2, not 1$"):
        corpus.vocabulary(1, 1)


def test_any_part_of_the_stream_can_be_read():
    corpus = read_corpus([TEXT])
    expected = ids_of(corpus)
    for start in range(len(expected) + 2):
        out = np.full(4, 99, np.int32)
        n = corpus.read(start, out)
        assert out[:n].tolist() == expected[start : start + 4]
        assert (out[n:] == 99).all()


def test_threads_can_read_at_the_same_time():
    corpus = read_corpus(f"w{k % 997} w{k}" for k in range(50_000))
    expected = ids_of(corpus)
    wrong = []

    def read(seed):
        choose = random.Random(seed)
        out = np.empty(5_000, np.int32)
        for _ in range(50):
            start = choose.randrange(corpus.n_ids)
            if out[: corpus.read(start, out)].tolist() != expected[start : start + 5_000]:
                wrong.append(start)

    threads = [threading.Thread(target=read, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_stream_that_was_cut_short_is_noticed(text_file):
    corpus = read_corpus(text_file, cache_dir="cache")
    (entry,) = Path("cache").iterdir()
    os.truncate(entry / "tokens.bin", 10)
    with pytest.raises(FileError, match=r"tokens.bin was cut short; remove this directory and read again$"):
        ids_of(corpus)


def test_ids_are_read_into_int32_only():
    with pytest.raises(InputError, match=r"^ids are read into an array of int32, not int64$"):
        read_corpus([TEXT]).read(0, np.empty(3, np.int64))


def test_a_closed_corpus_cannot_be_read():
    with read_corpus([TEXT]) as corpus:
        pass
    corpus.close()
    with pytest.raises(InputError, match=r"^the corpus of the source is closed$"):
        ids_of(corpus)


def test_a_corpus_shows_what_it_is():
    assert repr(read_corpus([TEXT])) == "<Corpus of the source: 9 words, 6 distinct>"


def test_lower_case_and_words_merge_pieces():
    corpus = read_corpus(["The “cat”, the -- CAT!", "--", "the"], tokenizer="words", lowercase=True)
    assert contents(corpus) == (["the", "cat"], [3, 2], [0, 1, 0, 1, -1, 0, -1])
    assert corpus.options == {"tokenizer": "words", "lowercase": True, "errors": "replace"}


def test_a_function_splits_each_line():
    lines = []

    def tokenize(line):
        lines.append(line)
        return iter(["two words", "", *line])

    corpus = read_corpus(["ab\r\n\nB"], tokenizer=tokenize, lowercase=True)
    assert lines == ["ab", "B"]
    assert contents(corpus) == (["b", "two words", "a"], [2, 2, 1], [1, 2, 0, -1, 1, 0, -1])


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("ab", "it must return a list of words, not str, on line 2 of the source: 'a'"),
        (None, "it must return a list of words, not NoneType, on line 2 of the source: 'a'"),
        ({"a"}, "its result is a set, which has no order of words; pass a list, on line 2 of the source: 'a'"),
        (["a", 1], "its result, on line 2 of the source, must hold strings only, not int"),
        (["a", ["b"]], "its result, on line 2 of the source, must hold strings only, not list"),
        (["a", b"b"], "its result, on line 2 of the source, must hold strings only, not bytes"),
    ],
)
def test_a_function_must_give_a_list_of_strings(result, message):
    with pytest.raises(InputError, match=rf"^tokenizer .*: {re.escape(message)}$"):
        read_corpus(["", "a"], tokenizer=lambda line: result)


def test_words_of_white_space_only_are_left_out():
    corpus = read_corpus(["a b"], tokenizer=lambda line: ["a", " ", "\u3000", "", "b", "\t"])
    assert contents(corpus) == (["a", "b"], [1, 1], [0, 1, -1])


def test_an_error_of_the_function_names_it_and_the_line(text_file):
    def fragile(line):
        yield str(1 // (len(line) - len("the dog sat")))

    place = r"on line 3 of x.txt: 'the dog sat'"
    with pytest.raises(InputError, match=rf"tokenizer .*fragile: ZeroDivisionError: .* by zero, {place}$") as caught:
        read_corpus(text_file, tokenizer=fragile)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(InputError, match=r"TypeError: .*concatenate.*, on line 1 of the source: '(long ){12}\.\.\.'$"):
        read_corpus(["long " * 1000], tokenizer=lambda line: line + 1)


def test_an_error_of_a_named_function_is_one_line_of_the_command_line(text_file, monkeypatch):
    Path("fragile.py").write_text("def split(line): return {}[line]")
    done = subprocess.run(
        [sys.executable, "-m", "fastvec", "vocab", "x.txt", "--tokenizer", "fragile:split", "--no-cache"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert re.fullmatch(r"fastvec: tokenizer fragile:split: KeyError: '.*', on line 1 of x.txt: '.*'\n", done.stderr)


def test_word_lists_must_hold_strings():
    with pytest.raises(InputError, match=r"^sentence 2 of the source must hold strings only, not NoneType$"):
        read_corpus([["a", "b"], ["a", None]])


def test_word_lists_may_hold_any_strings():
    corpus = read_corpus([["New York", "a\nb", ""], [], ["New York", np.str_("x")]])
    assert contents(corpus) == (["New York", "a\nb", "x"], [2, 1, 1], [0, 1, -1, 0, 2, -1])
    assert corpus.options["tokenizer"] is None


def test_word_lists_cannot_be_split_again():
    with pytest.raises(InputError, match=r"^the source is already split into words, so a tokenizer cannot be used"):
        read_corpus([["a", "b"]], tokenizer="words")


def test_many_word_lists_come_in_several_pieces():
    sentences = [[f"w{k % 1000}", f"w{k % 7}"] for k in range(100_000)]
    by_strings = read_corpus(map(" ".join, sentences))
    assert read_corpus(sentences).fingerprint == by_strings.fingerprint


INVALID = b"caf\xe9 caf\xe8 a caf\xe9\na\n"


@pytest.mark.parametrize("tokenizer", ["whitespace", str.split])
def test_invalid_bytes_are_replaced_or_left_out_and_counted(tokenizer):
    replaced = read_corpus([INVALID], tokenizer=tokenizer)
    assert contents(replaced)[:2] == (["caf\ufffd", "a"], [3, 2])
    assert replaced.n_invalid == 3
    left_out = read_corpus([INVALID], tokenizer=tokenizer, errors="ignore")
    assert contents(left_out)[:2] == (["caf", "a"], [3, 2])
    assert left_out.n_invalid == 3


@pytest.mark.parametrize("tokenizer", ["whitespace", str.split])
def test_invalid_bytes_are_refused_with_the_file_and_the_word(text_file, tokenizer):
    Path("bad.txt").write_bytes(INVALID)
    with pytest.raises(
        FileError, match=r"^bad.txt: b'caf\\xe9' is not UTF-8; convert it with iconv, or read it with err"
    ):
        read_corpus([text_file, Path("bad.txt"), text_file], tokenizer=tokenizer, errors="strict", cache=False)
    assert read_corpus(text_file, tokenizer=tokenizer, errors="strict", cache=False).n_invalid == 0


def test_lone_surrogates_are_invalid():
    assert read_corpus([["a\ud800", "b"]]).n_invalid == 1
    assert read_corpus(["a\ud800 b"]).n_invalid == 1


def test_other_values_of_errors_are_refused():
    with pytest.raises(InputError, match=r"^errors must be one of replace, ignore, strict, not 'loud'$"):
        read_corpus(["a"], errors="loud")


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_a_file_without_words_is_refused(text_file, text):
    text_file.write_text(text)
    with pytest.raises(FileError, match=r"^x.txt: no words in it$"):
        read_corpus(text_file, cache_dir="cache")
    assert list(Path("cache").iterdir()) == []


def test_an_iterable_without_words_is_refused():
    with pytest.raises(InputError, match=r"^the source: no words in it$"):
        read_corpus(["", " "])


def test_the_words_of_a_vocabulary_that_occur_are_found():
    corpus = read_corpus([TEXT])
    assert corpus.occurring(Vocabulary(["no", "sat", "the"], np.array([9, 3, 0]))).words == ["sat"]
    with pytest.raises(InputError, match="none of the 1 words of the vocabulary occurs"):
        corpus.occurring(Vocabulary(["no"], np.array([9])))


def test_another_vocabulary_renumbers_the_stream():
    corpus = read_corpus([TEXT])
    given = Vocabulary(["sat", "unseen", "the"], np.array([30, 20, 10]))
    with corpus.with_vocabulary(given) as renumbered:
        assert contents(renumbered) == (given.words, [30, 20, 10], [2, 0, 2, -1, 2, 0, -1])
        assert renumbered.n_tokens == 5
        assert renumbered.fingerprint != corpus.fingerprint
        assert renumbered.vocabulary(min_count=15).words == ["sat", "unseen"]


def test_sentences_that_another_vocabulary_empties_vanish():
    renumbered = read_corpus(["a b", "c", "a"]).with_vocabulary(Vocabulary(["a", "b"], np.array([2, 1])))
    assert ids_of(renumbered) == [0, 1, -1, 0, -1]


def test_a_vocabulary_of_which_no_word_occurs_is_refused():
    with pytest.raises(InputError, match=r"^the source: none of the 1 words of the vocabulary occurs$"):
        read_corpus([TEXT]).with_vocabulary(Vocabulary(["x"], np.array([1])))


def test_progress_ends_with_all_bytes(text_file):
    told = []
    read_corpus(text_file, cache=False, progress=lambda *numbers: told.append(numbers))
    assert told[-1] == (len(TEXT), len(TEXT))
    read_corpus([TEXT], progress=lambda *numbers: told.append(numbers))
    assert told[-1] == (len(TEXT) + 1, None)


# The cache.


def test_an_unchanged_file_is_not_read_again(text_file):
    first = read_corpus(text_file, cache_dir="cache")
    second = read_corpus(text_file.absolute(), cache_dir="cache")
    assert (first.is_reused, second.is_reused) == (False, True)
    assert contents(first) == contents(second)
    assert first.fingerprint == second.fingerprint


def test_a_changed_file_replaces_its_stream(text_file):
    old = read_corpus(text_file, cache_dir="cache")
    text_file.write_text("something else")
    new = read_corpus(text_file, cache_dir="cache")
    assert not new.is_reused
    assert len(list(Path("cache").iterdir())) == 1
    assert contents(old)[0][0] == "the"
    assert contents(new)[0] == ["else", "something"]


def test_other_options_make_another_stream(text_file):
    read_corpus(text_file, cache_dir="cache")
    for options in [{"lowercase": True}, {"tokenizer": "words"}, {"errors": "ignore"}]:
        assert not read_corpus(text_file, cache_dir="cache", **options).is_reused
    assert len(list(Path("cache").iterdir())) == 4


def test_a_named_function_is_cached_until_its_module_changes(text_file, monkeypatch):
    Path("dash_tokens.py").write_text("def split(line): return line.split('a')")
    monkeypatch.syspath_prepend(".")
    options = {"tokenizer": "dash_tokens:split", "cache_dir": "cache"}
    read_corpus(text_file, **options)
    assert read_corpus(text_file, **options).is_reused
    os.utime("dash_tokens.py", ns=(0, 0))
    assert not read_corpus(text_file, **options).is_reused


@pytest.mark.parametrize("name", ["tokens.bin", "words.bin", "offsets.npy", "counts.npy", "meta.json"])
@pytest.mark.parametrize("size", [None, 0, 5])
def test_a_damaged_stream_is_made_again(text_file, name, size):
    read_corpus(text_file, cache_dir="cache")
    (entry,) = Path("cache").iterdir()
    if size is None:
        (entry / name).unlink()
    else:
        os.truncate(entry / name, size)
    again = read_corpus(text_file, cache_dir="cache")
    assert not again.is_reused
    assert again.n_tokens == 9
    assert read_corpus(text_file, cache_dir="cache").is_reused


def test_any_change_of_a_stream_is_seen(text_file, caplog):
    expected = contents(read_corpus(text_file, cache_dir="cache"))
    (entry,) = Path("cache").iterdir()
    for path in sorted(entry.iterdir()):
        whole = path.read_bytes()
        for place in range(0, len(whole), 1 if path.suffix == ".bin" else 7):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            found = read_corpus(text_file, cache_dir="cache")
            assert contents(found) == expected
            assert found.n_tokens == 9
            assert not found.is_reused or path.name == "meta.json" or path.suffix == ".npy"  # spaces in their headers
    assert f"{entry}: is corrupt; reading the text again" in caplog.text


@pytest.mark.parametrize(
    "options", [{"cache": False}, {"tokenizer": str.split}], ids=["without a cache", "with a function of no name"]
)
def test_what_cannot_be_kept_leaves_nothing(text_file, options):
    corpus = read_corpus(text_file, cache_dir="cache", **options)
    assert corpus.n_tokens == 9
    renumbered = corpus.with_vocabulary(corpus.vocabulary(2))
    corpus.close()
    del renumbered, corpus
    gc.collect()
    assert list(Path("cache").iterdir()) == []


def test_standard_input_and_iterables_are_not_kept(text_file, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    for source in ["-", [TEXT]]:
        read_corpus(source, cache_dir="cache").close()
    assert list(Path("cache").iterdir()) == []


def test_a_file_that_changes_while_it_is_read_is_told_and_not_kept(text_file, caplog):
    corpus = read_corpus(text_file, cache_dir="cache", progress=lambda *_: os.utime(text_file, ns=(0, 0)))
    assert corpus.n_tokens == 9
    corpus.close()
    assert list(Path("cache").iterdir()) == []
    assert "x.txt: changed while it was read" in caplog.text


def test_the_default_cache_is_the_users(text_file, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("home").absolute()))
    read_corpus(text_file)
    assert len(list(Path("home/fastvec").iterdir())) == 1


def test_a_text_that_is_cached_for_the_first_time_is_told_of(text_file, monkeypatch, caplog):
    caplog.set_level("INFO", "fastvec")
    home = Path("home").absolute()
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    for _ in range(2):
        read_corpus(text_file)
    read_corpus(text_file, cache=False)
    read_corpus(text_file, cache_dir="cache")  # who names a folder knows
    assert caplog.messages == [f"x.txt: its word ids are cached in {home}/fastvec for later runs (see fastvec cache)"]


@pytest.fixture
def no_home(text_file, monkeypatch):
    """Let the user's cache lie below a file, where nobody can make a folder, and temporary files in a folder here."""
    Path("temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(Path("temporary").absolute()))
    monkeypatch.setenv("XDG_CACHE_HOME", str(text_file.absolute()))


def test_without_a_cache_that_can_be_written_the_text_is_read_all_the_same(no_home, text_file, caplog):
    for _ in range(2):
        corpus = read_corpus(text_file)
        assert not corpus.is_cached
        assert not corpus.is_reused
        assert contents(corpus)[0][0] == "the"
        assert corpus.folder == Path("temporary").absolute()
    (message,) = caplog.messages
    assert re.search(
        r"x\.txt/fastvec: cannot be written to \(Not a directory\); temporary files go to .*temporary, ", message
    )
    assert not list(Path("temporary").iterdir())


def test_a_cache_folder_that_was_named_must_be_writable(no_home, text_file):
    with pytest.raises(FileError, match=r"x\.txt/mine: cannot write a temporary directory \(Not a directory\); choose"):
        read_corpus(text_file, cache_dir="x.txt/mine")


def test_a_cache_that_can_only_be_read_is_used(no_home, text_file, monkeypatch):
    read_corpus(text_file, cache_dir="cache")
    monkeypatch.setattr(scratch, "why_unwritable", lambda folder: "Read-only file system")
    corpus = read_corpus(text_file, cache_dir="cache")
    assert corpus.is_reused
    assert corpus.with_vocabulary(Vocabulary(["cat", "mat"], np.array([1, 1]))).folder == Path("temporary").absolute()


def refuse(name):
    raise RuntimeError("could not determine the home directory")


@pytest.mark.parametrize("user_cache_path", [refuse, lambda name: Path("~/.cache", name)])
def test_a_user_without_a_home_gets_no_folder_called_tilde(no_home, text_file, monkeypatch, user_cache_path):
    monkeypatch.setattr(stream, "user_cache_path", user_cache_path)
    assert not read_corpus(text_file).is_cached
    assert not Path("~").exists()


def test_a_quicker_process_wins(text_file, monkeypatch):
    def rival(scratch, entry):
        monkeypatch.undo()
        monkeypatch.chdir(text_file_folder)
        shutil.copytree(scratch, entry)
        (entry / "rival").touch()
        monkeypatch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(OSError(39, "Directory not empty")))
        return stream.keep(scratch, entry)

    text_file_folder = Path.cwd()
    monkeypatch.setattr(reading, "keep", rival)
    corpus = read_corpus(text_file, cache_dir="cache")
    assert corpus.n_tokens == 9
    corpus.close()
    (entry,) = Path("cache").iterdir()
    assert (entry / "rival").exists()


def test_a_stream_that_another_process_replaces_at_once_is_found_again(text_file, monkeypatch):
    def rival(scratch, entry):
        monkeypatch.undo()
        monkeypatch.chdir(here)
        is_kept = stream.keep(scratch, entry)
        shutil.rmtree(entry)
        return is_kept

    here = Path.cwd()
    monkeypatch.setattr(reading, "keep", rival)
    corpus = read_corpus(text_file, cache_dir="cache")
    assert corpus.n_tokens == 9
    assert read_corpus(text_file, cache_dir="cache").is_reused


def test_a_stream_that_vanishes_while_it_is_opened_is_made_again(text_file, monkeypatch):
    read_corpus(text_file, cache_dir="cache")

    def vanish(entry):
        described = read_description(entry)
        shutil.rmtree(entry)
        return described

    read_description = reading.read_description
    monkeypatch.setattr(reading, "read_description", vanish)
    assert not read_corpus(text_file, cache_dir="cache").is_reused


def test_a_cache_that_cannot_be_written_is_named_with_the_cure(text_file):
    cure = r"choose another folder with cache_dir \(--cache-dir\), or keep nothing with cache=False \(--no-cache\)$"
    with pytest.raises(FileError, match=rf"^x.txt: cannot write a temporary directory \(.*\); {cure}"):
        read_corpus(text_file, cache_dir=text_file)


def failing(number):
    """Return what is called in place of writing to a disk that gives an error."""

    def fail(*_):
        raise OSError(number, os.strerror(number))

    return fail


def test_a_full_disk_is_named_with_the_need_and_the_cure(text_file, monkeypatch):
    monkeypatch.setattr(reading, "write_all", failing(28))
    cure = r"free some, or choose another folder with cache_dir \(--cache-dir\)$"
    with pytest.raises(FileError, match=rf"^cache: no space left for the word ids, about 0\.1 MB; {cure}"):
        read_corpus(text_file, cache_dir="cache")
    assert list(Path("cache").iterdir()) == []


def test_another_error_of_the_disk_is_named(text_file, monkeypatch):
    monkeypatch.setattr(reading, "write_all", failing(5))
    with pytest.raises(
        FileError, match=r"^cache: cannot write the word ids \(Input/output error\); choose another folder with"
    ):
        read_corpus(text_file, cache_dir="cache")


def test_an_error_of_an_iterable_is_not_taken_for_one_of_the_disk():
    def lines():
        yield "a b"
        raise OSError(28, "the iterable's own")

    with pytest.raises(OSError, match=r"the iterable's own") as caught:
        read_corpus(lines())
    assert not isinstance(caught.value, FileError)


@pytest.mark.parametrize("place", ["progress", "describe_stream", "keep", "Corpus"])
def test_an_interruption_anywhere_leaves_nothing(text_file, monkeypatch, place):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    if place != "progress":
        monkeypatch.setattr(reading, place, interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_corpus(text_file, cache_dir="cache", progress=interrupt if place == "progress" else None)
    left = [path.name for path in Path("cache").iterdir() if path.name.startswith("fastvec-making-")]
    assert left == []


@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
def test_a_text_in_another_encoding_is_refused_early(tmp_path, tokenizer):
    path = tmp_path / "latin.txt"
    path.write_bytes("café été naïve\n".encode("latin-1") * 20)
    with pytest.raises(
        FileError, match=r"latin.txt: 59 of its first 59 words, such as b'caf\\xe9', are not UTF-8; convert"
    ):
        read_corpus(path, tokenizer=tokenizer, cache=False)
    assert read_corpus(path, tokenizer=tokenizer, errors="ignore", cache=False).n_tokens >= 40
