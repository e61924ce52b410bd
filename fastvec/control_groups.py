"""The control groups of Linux, as of a container, that limit this process; of versions 1 and 2."""

from collections.abc import Iterator
from pathlib import Path

#: Where the groups are mounted, and the file that names those of this process.
GROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def group_folders(controller: str, groups: Path = GROUPS, own: Path = OWN) -> Iterator[Path]:
    """Yield the folders of the groups that limit this process, innermost first.

    Parameters
    ----------
    controller : str
        What is limited: "memory" or "cpu".
    groups, own : Path
        As `GROUPS` and `OWN`.
    """
    try:
        lines = own.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds and controller not in kinds.split(","):
            continue
        inner = Path(path.lstrip("/"))
        mounts = (
            dict.fromkeys([controller, kinds]) if kinds else [""]
        )  # version 1 has a folder for each, or for several
        for mount in mounts:
            for part in (inner, *inner.parents):
                yield groups / mount / part


def processor_quota(groups: Path = GROUPS, own: Path = OWN) -> float | None:
    """Return how many processors' time this process may take, by the strictest group; None without a limit.

    Parameters
    ----------
    groups, own : Path
        As `GROUPS` and `OWN`.
    """
    return min((quota for folder in group_folders("cpu", groups, own) if (quota := _quota(folder))), default=None)


def _quota(folder: Path) -> float | None:
    """Return the processors of one group: a quota of time in each period."""
    for names in (["cpu.max"], ["cpu.cfs_quota_us", "cpu.cfs_period_us"]):
        try:
            quota, period = " ".join((folder / name).read_text() for name in names).split()
            return int(quota) / int(period) if int(quota) > 0 else None
        except (OSError, ValueError):  # no such file; or "max", which is no limit
            continue
    return None
