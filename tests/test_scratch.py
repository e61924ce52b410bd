import os
import signal
import subprocess
import sys
import threading

import pytest

from fastvec.disk import scratch
from fastvec.disk.scratch import check_space, disk_errors, nameless_file, scratch_directory, write_all
from fastvec.errors import FileError

HOLD = """
import sys, time
from pathlib import Path
from fastvec.disk.scratch import scratch_directory
with scratch_directory(Path(sys.argv[1])) as made:
    (made / "tokens.bin").touch()
    print("made", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(scratch.fcntl is None, reason="this system has no locks that end with a process")
def test_what_a_killed_process_left_is_removed_at_once_and_not_before(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"made\n"
        (of_the_other,) = tmp_path.iterdir()
        with scratch_directory(tmp_path) as mine:
            assert (of_the_other / "tokens.bin").exists()
            process.send_signal(signal.SIGKILL)
            process.wait()
            with scratch_directory(tmp_path) as another:
                assert {*tmp_path.iterdir()} == {mine, another}


def test_where_no_lock_tells_age_does(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "fcntl", None)
    names = {name: tmp_path / f"{scratch.scratch_name()}{name}" for name in ("old", "new")}
    for path in names.values():
        path.mkdir()
    os.utime(names["old"], (0, 0))
    with scratch_directory(tmp_path) as made:
        assert {*tmp_path.iterdir()} == {names["new"], made}


def test_a_directory_of_another_machine_is_left_until_it_is_old(tmp_path):
    other = tmp_path / "fastvec-making-another-0"
    other.mkdir()
    with scratch_directory(tmp_path):
        assert other.exists()
    os.utime(other, (0, 0))
    with scratch_directory(tmp_path):
        assert not other.exists()


def test_a_directory_that_is_taken_for_abandoned_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    locked, swept = scratch._locked, []

    def late(directory, *, wait):
        if wait and not swept:
            swept.append(directory)
            scratch._remove_abandoned(tmp_path)
            assert not directory.exists()
        return locked(directory, wait=wait)

    monkeypatch.setattr(scratch, "_locked", late)
    with scratch_directory(tmp_path) as made:
        assert swept == [made]
        scratch._remove_abandoned(tmp_path)
        assert made.exists()


def test_many_at_a_time_keep_their_own(tmp_path):
    lost = []

    def work():
        for _ in range(40):
            with scratch_directory(tmp_path) as made:
                (made / "file").touch()
                if not made.exists():
                    lost.append(made)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not lost


def test_a_failure_removes_the_directory(tmp_path):
    def fail():
        with scratch_directory(tmp_path) as made:
            (made / "file").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_nameless_file_is_written_whole_and_leaves_nothing(tmp_path):
    class Slow:
        """Takes three bytes at a time, as a disk may that is almost full."""

        data = b""

        def write(self, rest):
            self.data += bytes(rest[:3])
            return len(rest[:3])

    slow = Slow()
    write_all(slow, b"word vectors")
    assert slow.data == b"word vectors"
    with nameless_file(tmp_path) as file:
        write_all(file, b"abc")
        assert list(tmp_path.iterdir()) == []


def test_space_that_is_known_to_be_missing_is_told_first(tmp_path):
    check_space(tmp_path, "it", "free some", 1)
    with pytest.raises(FileError, match=r"no space left for the ids, about 1,000,000,000,000 MB; free some, or wait"):
        check_space(tmp_path, "the ids", "wait", 10**18)


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (28, "x: no space left for it; free some, or wait"),
        (122, "x: no space left for it; free some, or wait"),
        (30, r"x: cannot write it \(Read-only file system\); wait"),
    ],
)
def test_errors_of_the_disk_name_place_and_cure(number, message):
    with pytest.raises(FileError, match=f"^{message}$"), disk_errors("x", "it", "wait"):
        raise OSError(number, os.strerror(number))


def test_no_place_for_temporary_files_is_one_line(monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none)
    with pytest.raises(FileError, match="No usable temporary directory found; name another folder in TMPDIR"):
        scratch.system_folder()
