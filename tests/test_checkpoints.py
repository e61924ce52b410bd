from pathlib import Path
from time import sleep

import numpy as np
import pytest

from fastvec.errors import FileError, InputError
from fastvec.training.blocks import run_blocks
from fastvec.training.checkpoints import Checkpoints, Saving, State, parse_every

A_DAY = "24h"


def state(n):
    return lambda: State({"n": n}, {"x": np.full(50, n)})


@pytest.fixture
def folder(tmp_path):
    """A folder with three states saved, two of them kept."""
    with Checkpoints.create(tmp_path / "new" / "folder", A_DAY, {"dim": 3}) as checkpoints:
        for n in (1, 2, 3):
            checkpoints.save(state(n))
    return tmp_path / "new" / "folder"


def found(folder):
    with Checkpoints.open(folder, A_DAY) as checkpoints:
        saved = checkpoints.load()
        return saved and (saved.facts["n"], int(saved.read("x")[7]))


def states(folder):
    return sorted(path.name for path in folder.glob("*.state"))


def test_the_newest_state_is_found_and_one_more_is_kept(folder):
    assert found(folder) == (3, 3)
    assert states(folder) == ["checkpoint-2.state", "checkpoint-3.state"]
    with Checkpoints.open(folder, A_DAY) as checkpoints:
        assert checkpoints.run == {"dim": 3, "every": A_DAY}


def test_before_the_first_one_there_is_none(tmp_path):
    Checkpoints.create(tmp_path, A_DAY, {}).__exit__(None, None, None)
    assert found(tmp_path) is None


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("place", [0, 30, 200, -40, -1])
def test_a_damaged_newest_state_gives_way_to_the_one_before_it(folder, place, caplog):
    flip(folder / "checkpoint-3.state", place)
    assert found(folder) == (2, 2)
    (record,) = caplog.records
    assert "checkpoint-3.state: is damaged" in record.getMessage()


def test_a_damaged_state_is_forgotten_before_a_good_one(folder):
    flip(folder / "checkpoint-3.state", 30)
    with Checkpoints.open(folder, A_DAY) as checkpoints:
        checkpoints.load()
        checkpoints.save(state(4))
    assert states(folder) == ["checkpoint-2.state", "checkpoint-4.state"]


def test_when_all_are_damaged_that_is_an_error(folder):
    for path in folder.glob("*.state"):
        flip(path, 30)
    with pytest.raises(FileError, match="and no other checkpoint is left"):
        found(folder)


def test_any_change_of_the_facts_about_the_run_is_seen(folder):
    path = folder / "run.json"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            with Checkpoints.open(folder, A_DAY) as checkpoints:
                assert checkpoints.run == {"dim": 3, "every": A_DAY}  # white space may change
        except FileError as error:
            if not str(error).startswith(f"{path}: is "):
                raise


def test_a_folder_of_another_format_is_refused(folder, monkeypatch):
    monkeypatch.setattr("fastvec.training.checkpoints.FORMAT", 3)
    message = r"run\.json: is of another version of fastvec \(format 2, not 3\); resume with that one"
    with pytest.raises(FileError, match=message):
        Checkpoints.open(folder, A_DAY)


def test_a_folder_is_of_one_training(folder, tmp_path):
    with pytest.raises(FileError, match="holds the checkpoints of a training; resume it"):
        Checkpoints.create(folder, A_DAY, {})
    (tmp_path / "text").write_text("mine")
    with pytest.raises(FileError, match="is not empty; choose a new folder"):
        Checkpoints.create(tmp_path, A_DAY, {})
    with pytest.raises(FileError, match="cannot write checkpoints"):
        Checkpoints.create(tmp_path / "text" / "folder", A_DAY, {})
    with pytest.raises(FileError, match="no checkpoints here"):
        Checkpoints.open(tmp_path / "elsewhere", A_DAY)


def test_a_folder_is_of_one_process(folder):
    with Checkpoints.open(folder, A_DAY), pytest.raises(FileError, match="another process trains with these"):
        Checkpoints.open(folder, A_DAY)
    assert found(folder) == (3, 3)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_lock_that_an_interrupted_training_left_to_the_garbage_collector_is_taken(folder):
    left = Checkpoints.open(folder, A_DAY)
    left.itself = left
    del left
    assert found(folder) == (3, 3)


def test_a_state_that_does_not_fit_leaves_the_others_as_they_are(folder, monkeypatch, caplog):
    monkeypatch.setattr("shutil.disk_usage", lambda place: type("", (), {"free": 100}))
    with Checkpoints.open(folder, A_DAY) as checkpoints:
        with pytest.raises(
            FileError,
            match=r"folder: no space left for a checkpoint, about 0\.1 MB; free some, or choose another folder",
        ):
            checkpoints.save(state(4))
        checkpoints.try_to_save(state(5))
    assert "this checkpoint was not saved" in caplog.text
    assert states(folder) == ["checkpoint-2.state", "checkpoint-3.state"]
    assert found(folder) == (3, 3)


def test_what_a_killed_process_left_half_renamed_is_removed(folder):
    stray = folder / ".checkpoint-4.state.0123abcd"
    stray.touch()
    found(folder)
    assert not stray.exists()


@pytest.mark.parametrize(
    ("text", "expected"), [("30s", (30, np.inf)), ("1.5h", (5400, np.inf)), (" 5 % ", (np.inf, 0.05))]
)
def test_times_and_shares_are_understood(text, expected):
    assert parse_every(text) == expected


@pytest.mark.parametrize("text", ["", "10", "0s", "-5m", "5 days", "m"])
def test_other_words_are_not(text):
    with pytest.raises(InputError, match="every must be a time or a share of the training, such as 30s"):
        parse_every(text)


class Numbers:
    """A training that adds up numbers on some threads, and may be interrupted."""

    def __init__(self, folder, n=400, interrupt_at=None):
        self.total, self.n, self.interrupt_at, self.seen = [0, 0, 0], n, interrupt_at, []
        self.checkpoints = (Checkpoints.open if Path(folder, "run.json").exists() else create)(folder, "0.001s")
        saved = self.checkpoints.load()
        self.first = saved.facts["n"] if saved else 0
        self.total[0] = saved.facts["total"] if saved else 0

    def run(self):
        def worker(thread):
            def add(number):
                is_late = self.interrupt_at is not None and sum(self.total) > self.interrupt_at
                sleep(0.05 if is_late else 0.0005)  # the interrupt must come before the end
                self.total[thread] += number

            return add

        def poll():
            if self.interrupt_at is not None and sum(self.total) > self.interrupt_at:
                raise KeyboardInterrupt

        saving = Saving(self.checkpoints, self.state, lambda n: (self.first + n) / self.n)
        with self.checkpoints:
            run_blocks(range(self.first, self.n), [worker(k) for k in range(3)], np.zeros(1, np.int64), poll, saving)
        return sum(self.total)

    def state(self, n):
        n += self.first
        assert sum(self.total) == sum(range(n))  # no block is under way
        self.seen.append(n)
        return State({"n": n, "total": sum(self.total)}, {})


def create(folder, every):
    return Checkpoints.create(folder, every, {})


def test_states_are_saved_between_blocks(tmp_path, poll_often):
    numbers = Numbers(tmp_path)
    assert numbers.run() == sum(range(400))
    assert numbers.seen == sorted(numbers.seen)
    assert numbers.seen


def test_an_interrupted_training_goes_on_where_it_was(tmp_path, poll_often):
    whole = sum(range(400))
    numbers = Numbers(tmp_path, interrupt_at=whole // 3)
    with pytest.raises(KeyboardInterrupt):
        numbers.run()
    numbers = Numbers(tmp_path)
    assert 0 < numbers.first < 400
    assert numbers.run() == whole


def test_checkpoints_are_saved_as_often_as_before_when_resumed(tmp_path):
    with create(tmp_path / "state", "7%"):
        pass
    for given, share in ((None, 0.07), ("9%", 0.09)):
        with Checkpoints.open(tmp_path / "state", given) as found:
            assert found._share == share
