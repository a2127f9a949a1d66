"""Memory and disk of this machine: what is free, and what this process takes. Linux.

Knows nothing of models. Sizes in megabytes (10^6 bytes).
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

_ROOT = Path("/")
_ANY = 1e12  # where nothing sets a limit


def available_memory_mb(root: Path = _ROOT) -> float:
    """What can still be taken: the machine's, or what a container's limit leaves of it."""
    free = _kilobytes(root / "proc/meminfo", "MemAvailable")
    return min(free / 1e3 * 1.024 if free is not None else _ANY, _left_in_container(root))


def _left_in_container(root: Path) -> float:
    """The control group's limit less what is used and can't be dropped at once."""
    group = root / "sys/fs/cgroup"
    with contextlib.suppress(OSError, ValueError):
        limit = int((group / "memory.max").read_text("ascii"))  # "max" means none
        used = int((group / "memory.current").read_text("ascii"))
        return (limit - used + _droppable(group / "memory.stat")) / 1e6
    return _ANY


def _droppable(stat: Path) -> int:
    """Bytes of file cache that the kernel gives up when memory is short."""
    with contextlib.suppress(OSError, ValueError):
        for line in stat.read_text("ascii").splitlines():
            if line.startswith("inactive_file "):
                return int(line.split()[1])
    return 0


def held_memory_mb() -> float:
    """What this process holds now."""
    return (_kilobytes(Path("/proc/self/status"), "VmRSS") or 0) * 1.024 / 1e3


def most_memory_mb(pid: int | str = "self") -> float:
    """The most a process, this one if not said, held since `forget_peak`, or since its start."""
    return (_kilobytes(Path(f"/proc/{pid}/status"), "VmHWM") or 0) * 1.024 / 1e3


def forget_peak() -> None:
    """Let `most_memory_mb` count from now; where the kernel does not allow it, nothing happens."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def extrapolated(quarter: float, half: float) -> float:
    """A pass's growth for the whole, from a quarter and a half: at least in proportion.

    >>> extrapolated(100.0, 200.0), extrapolated(100.0, 300.0)
    (400.0, 700.0)
    """
    return max(2 * half, half + 2 * (half - quarter))


def free_disk_mb(folder: Path) -> float:
    """Free space where the folder is, or will be."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free / 1e6


def _kilobytes(path: Path, name: str) -> float | None:
    """A line `Name:  123 kB` of a file of /proc."""
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text("ascii", "replace").splitlines():
            if line.startswith(f"{name}:"):
                return float(line.split()[1])
    return None
