import bz2
import gzip
import io
import lzma
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.corpus.files import BLOCK, read_blocks
from fastvec.errors import FileError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd.compress}
LONG = b"".join(b"line %d\n" % k for k in range(50_000))


def read(data, name="x.txt"):
    return b"".join(read_blocks(io.BytesIO(data), name, lambda _: None))


@settings(deadline=None, max_examples=30)
@given(
    st.text().map(lambda text: ("a" + text.replace("\0", "")).encode("utf-8", "replace")), st.sampled_from([*COMPRESS])
)
def test_compressed_text_is_read_as_the_text(text, kind):
    assert read(text) == text
    assert read(COMPRESS[kind](text)) == text


@pytest.mark.parametrize("kind", COMPRESS)
def test_data_made_of_several_parts_is_read_to_the_end(kind):
    assert read(COMPRESS[kind](LONG) + COMPRESS[kind](b"the end")) == LONG + b"the end"


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("share", [0.5, 0.999])
def test_truncated_data_names_the_file(kind, share):
    data = COMPRESS[kind](LONG)
    with pytest.raises(FileError, match=f"^x.txt ends in the middle of its {kind} data; fetch or compress it again$"):
        read(data[: int(share * len(data))])


@pytest.mark.parametrize("kind", COMPRESS)
def test_damaged_data_names_the_file(kind):
    data = bytearray(COMPRESS[kind](LONG))
    data[len(data) // 2 :] = bytes(byte ^ 0x55 for byte in data[len(data) // 2 :])
    with pytest.raises(FileError, match=rf"^x.txt has corrupt {kind} data \(.*\); fetch or compress it again$"):
        read(bytes(data))


def test_zstd_data_may_begin_with_a_frame_to_be_skipped():
    assert read(b"\x5e\x2a\x4d\x18\x04\x00\x00\x00some" + zstd.compress(b"text")) == b"text"


def test_zstd_data_may_need_a_large_window():
    options = {int(zstd.CompressionParameter.window_log): 28, int(zstd.CompressionParameter.checksum_flag): 1}
    compressor = zstd.ZstdCompressor(options=options)
    assert read(compressor.compress(b"text") + compressor.flush()) == b"text"


def test_text_that_begins_like_bzip2_is_text():
    assert read(b"BZh9 is how it begins") == b"BZh9 is how it begins"


def test_a_byte_order_mark_is_left_out_at_the_beginning_only():
    assert read("\ufeffa\ufeffb".encode()) == "a\ufeffb".encode()
    assert read(gzip.compress("\ufeffa".encode())) == b"a"


def test_an_empty_file_gives_nothing():
    assert read(b"") == b""
    assert read(gzip.compress(b"")) == b""


@pytest.mark.parametrize("encoding", ["UTF-16-LE", "UTF-16-BE", "UTF-32-LE", "UTF-32-BE"])
def test_other_unicode_is_refused_with_the_cure(encoding):
    name = encoding[:6]
    with pytest.raises(
        FileError, match=f"^x.txt is {name} text, not UTF-8; convert it first: iconv -f {name} -t UTF-8"
    ):
        read("\ufeffwords".encode(encoding))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0 JFIF", "a JPEG image"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"%PDF-1.7 ", "a PDF document"),
        (b"PK\x03\x04 ", "a ZIP archive"),
    ],
)
def test_known_binary_files_are_named(data, kind):
    with pytest.raises(FileError, match=f"^x.txt is not text but {kind}"):
        read(data)


def test_a_nul_byte_is_refused_wherever_the_beginning_has_it():
    with pytest.raises(FileError, match=r"^x.txt is not text \(a NUL byte at byte 4\); give UTF-8 text"):
        read(b"abcd\0")
    with pytest.raises(FileError, match=r"NUL byte at byte 8000"):
        read(gzip.compress(b"x" * 8000 + b"\0"))
    assert len(read(b"x" * 9000 + b"\0")) == 9001


def test_the_bytes_taken_are_told_before_decompression():
    taken = []
    data = gzip.compress(LONG * 20, 0)
    for _ in read_blocks(io.BytesIO(data), "x", taken.append):
        assert sum(taken) <= len(data)
    assert sum(taken) == len(data) > BLOCK
    assert max(taken) < len(data)


def test_an_error_of_the_disk_names_the_file():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(FileError, match=r"^x.txt: input/output error$"):
        list(read_blocks(Broken(), "x.txt", lambda _: None))


def test_an_error_of_the_disk_in_compressed_data_is_no_damage():
    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(FileError, match=r"^x.txt: input/output error$"):
        list(read_blocks(Breaking(gzip.compress(LONG * 20, 0)), "x.txt", lambda _: None))
