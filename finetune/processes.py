"""Which process is which, and how politely it runs. Linux: it reads /proc."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def process_start(pid: int) -> str | None:
    """A mark that no other process ever has: boot and start tick; None if it does not run.

    A zombie does not run: it only waits for its parent to look.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
    except OSError:
        return None
    # The name, in brackets, may itself hold spaces and brackets.
    after_name = stat.rpartition(")")[2].split()
    state, started = after_name[0], after_name[19]
    return None if state in "ZX" else f"{boot}/{started}"


def is_alive(pid: int | None, pid_start: str) -> bool:
    """Whether the very process that once got this mark still runs."""
    return pid is not None and process_start(pid) == pid_start


def lower_priority(pid: int | None = None) -> None:
    """Let everything else on the machine go before this process, or another one just started.

    nice counts only inside a session's group of the scheduler; the group's own weight is set
    through /proc, where the kernel groups sessions at all. So the process should lead a session.
    """
    os.setpriority(os.PRIO_PROCESS, pid or 0, 19)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid or 'self'}/autogroup").write_text("19", "ascii")
