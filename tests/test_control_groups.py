"""What control groups of versions 1 and 2 leave to a process, in folders that look like theirs."""

import pytest

from fastvec.control_groups import group_folders, processor_quota


@pytest.fixture
def place(tmp_path):
    """Make a function that returns the quota of a process, whose groups are these lines, with these files."""

    def quota(own, **files):
        for path, text in files.items():
            path = tmp_path / "groups" / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "own").write_text(own)
        return processor_quota(tmp_path / "groups", tmp_path / "own")

    return quota


def test_a_quota_of_version_2_is_time_in_a_period(place):
    assert place("0::/\n", **{"cpu.max": "150000 100000\n"}) == 1.5


def test_a_quota_of_version_1_is_in_two_files(place):
    files = {"cpu/box/cpu.cfs_quota_us": "400000\n", "cpu/box/cpu.cfs_period_us": "100000\n"}
    assert place("4:memory:/else\n3:cpu,cpuacct:/box\n", **files) == 4


def test_a_group_of_version_1_may_be_mounted_by_all_that_it_limits(place):
    files = {"cpu,cpuacct/cpu.cfs_quota_us": "50000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"}
    assert place("3:cpu,cpuacct:/docker/0123\n", **files) == 0.5  # a container sees its own group as the root


def test_the_strictest_group_around_a_process_counts(place):
    files = {"a/b/cpu.max": "300000 100000", "a/cpu.max": "200000 100000", "cpu.max": "max 100000"}
    assert place("0::/a/b\n", **files) == 2


@pytest.mark.parametrize(
    "files",
    [{}, {"cpu.max": "max 100000\n"}, {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}],
)
def test_without_a_quota_there_is_no_limit(place, files):
    assert place("3:cpu:/\n0::/\n", **files) is None


def test_names_of_groups_may_be_any_bytes(tmp_path):
    (tmp_path / "own").write_bytes(b"0::/caf\xe9\n")
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups/cpu.max").write_text("200000 100000")
    assert processor_quota(tmp_path / "groups", tmp_path / "own") == 2


def test_elsewhere_there_are_no_groups(tmp_path):
    assert list(group_folders("cpu", tmp_path, tmp_path / "missing")) == []
