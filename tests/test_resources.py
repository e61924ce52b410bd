"""What the machine has left, by its own count, the control group's and the limits of the process."""

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from numba import njit

from fastvec.errors import InputError
from fastvec.training import resources
from fastvec.training.resources import Room


def group(folder, limit_name, limit, usage_name, usage, stat):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / limit_name).write_text(f"{limit}\n")
    (folder / usage_name).write_text(f"{usage}\n")
    (folder / "memory.stat").write_text(stat)


def own(tmp_path, line):
    path = tmp_path / "own"
    path.write_text(line + "\n")
    return path


def test_a_control_group_leaves_what_it_does_not_hold_and_the_files_it_can_let_go(tmp_path):
    stat = "anon 500\nactive_file 30\ninactive_file 70\n"
    group(tmp_path / "work/inner", "memory.max", 1000, "memory.current", 600, stat)
    rooms = list(resources._group_rooms(tmp_path, own(tmp_path, "0::/work/inner")))
    assert rooms == [Room(500, 1000, "the control group")]


def test_the_groups_around_a_group_limit_it_too(tmp_path):
    group(tmp_path / "work/inner", "memory.max", "max", "memory.current", 600, "")
    group(tmp_path / "work", "memory.max", 700, "memory.current", 650, "")
    rooms = list(resources._group_rooms(tmp_path, own(tmp_path, "0::/work/inner")))
    assert rooms == [Room(50, 700, "the control group")]


def test_a_group_of_version_1_counts_all_below_it(tmp_path):
    stat = "active_file 1\ninactive_file 2\ntotal_active_file 10\ntotal_inactive_file 20\n"
    group(tmp_path / "memory/job", "memory.limit_in_bytes", 1000, "memory.usage_in_bytes", 900, stat)
    group(tmp_path / "memory", "memory.limit_in_bytes", 2**63 - 4096, "memory.usage_in_bytes", 900, stat)
    rooms = list(resources._group_rooms(tmp_path, own(tmp_path, "4:cpu:/job\n8:cpuset,memory:/job")))
    assert rooms == [Room(130, 1000, "the control group")]


def test_the_strictest_limit_counts(monkeypatch):
    rooms = [Room(70, 10**12, "the machine"), Room(50, 10**12, "ulimit -v"), Room(60, 10**12, "ulimit -d")]
    monkeypatch.setattr(resources, "_rooms", lambda: iter(rooms))
    assert resources.memory_room() == rooms[1]


@pytest.mark.parametrize(("total", "expected"), [(1 << 30, 1 << 29), (3 << 30, 1 << 30), (64 << 30, 16 << 30)])
def test_the_default_is_a_quarter_and_of_little_memory_a_half(monkeypatch, total, expected):
    rooms = [Room(1, 100 << 30, "the machine"), Room(1, total, "the control group")]
    monkeypatch.setattr(resources, "_rooms", lambda: iter(rooms))
    assert resources.default_memory() == expected


@pytest.mark.parametrize(("limit", "name"), [(resource.RLIMIT_AS, "ulimit -v"), (resource.RLIMIT_DATA, "ulimit -d")])
def test_limits_of_the_process_are_seen(limit, name):
    code = "from fastvec.training.resources import memory_room; print(*memory_room(), sep=';')"
    run = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: resource.setrlimit(limit, (400 << 20, 400 << 20)),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    free, total, found = run.stdout.strip().split(";")
    assert (int(total), found) == (400 << 20, name)
    assert 0 < int(free) < 400 << 20


@pytest.mark.parametrize(
    ("room", "message"),
    [
        (Room(0, 100_000_000, "ulimit -v"), "takes 650 MB of memory, and ulimit -v gives 100 MB at most: raise"),
        (Room(0, 100_000_000, "the control group"), "takes 99,999 MB of memory, and the control group gives 100 MB at"),
        (Room(7_000_000, 10**9, "the machine"), "takes 99,999 MB of memory, and the machine gives 7.0 MB: raise"),
    ],
)
def test_limits_below_the_program_are_refused(monkeypatch, room, message):
    monkeypatch.setattr(resources, "memory_room", lambda: room)
    monkeypatch.setattr(resources, "PROGRAM", 99_999_000_000)
    monkeypatch.setattr(resources.psutil.Process, "memory_info", lambda self: type("Taken", (), {"rss": 0, "vms": 0}))
    with pytest.raises(InputError, match=message):
        resources.check_program()


def test_a_folder_that_is_to_be_made_is_on_the_disk_of_the_one_around_it(tmp_path):
    assert resources.disk_of(tmp_path / "a/b") == Path(tmp_path).stat().st_dev
    assert resources.disk_room(tmp_path / "a/b") > 0


def test_the_process_has_an_age_and_memory():
    assert resources.process_age() > 0
    assert resources.resident_memory() > 10 << 20


def test_no_more_than_the_limit_is_available_though_pages_of_files_are_not_charged():
    assert Room(10**12, 5, "the control group").available == 5
    assert 10 << 20 < Room(7, 10**12, "the machine").available < 10**12


def resident():
    """Bytes of the compiler that are in memory as they are in its file."""
    maps = psutil.Process().memory_maps(grouped=False)
    return sum(part.rss - part.anonymous for part in maps if "llvmlite" in part.path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux takes memory back")
def test_the_compiler_leaves_the_memory_and_comes_back():
    assert njit(lambda x: x + 1)(1) == 2
    before = resident()
    resources.give_back()
    assert resident() < before / 8
    assert njit(lambda x: np.sqrt(x) + 2)(4.0) == 4


def test_elsewhere_nothing_is_given_back(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(resources.ctypes, "CDLL", lambda name: pytest.fail("there is no such library"))
    resources.give_back()
