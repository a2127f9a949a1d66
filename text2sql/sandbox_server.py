"""Forks the sandboxes' children, from one process that has read its code and opened no database.

Run as `python -m text2sql.sandbox_server` with a socket as standard input; its parent is
`children.py`. A fork is there in milliseconds, where a new interpreter takes 0.1 s to import
DuckDB. Children are started and killed here, where no process id can be another's yet.

    parent -> server    FORK + the child's working folder, with its standard input and output
                        KILL + the child's number
    server -> parent    the child's number; 0 if it could not be started, or is gone

Knows nothing of what the children do.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
from collections.abc import Sequence

from text2sql import sandbox_child
from text2sql.wire import FORK, HEADER

LONGEST = 4_096  # bytes of a message


def main() -> None:
    """Serve until the parent goes away."""
    channel = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    children: set[int] = set()
    gc.freeze()  # what is there stays shared with the children
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, LONGEST, 2)
        if not message:
            return
        _collect(children)
        if message[:1] == FORK:
            number = _fork(channel, message[1:], descriptors)
            children |= {number} - {0}
        else:
            number = _kill(HEADER.unpack(message[1:])[0], children)
        for descriptor in descriptors:
            os.close(descriptor)
        channel.send(HEADER.pack(number))


def _fork(channel: socket.socket, folder: bytes, pipes: Sequence[int]) -> int:
    try:
        number = os.fork()
    except OSError:
        return 0
    if number == 0:
        try:
            channel.close()
            _become_child(folder, pipes)
        finally:
            os._exit(0)
    return number


def _become_child(folder: bytes, pipes: Sequence[int]) -> None:
    os.setsid()
    os.chdir(folder)
    for place, pipe in enumerate(pipes):
        os.dup2(pipe, place)
        os.close(pipe)
    sandbox_child.main()


def _collect(children: set[int]) -> None:
    """Forget the children that ended by themselves, before their numbers are given again."""
    with contextlib.suppress(ChildProcessError):
        while ended := os.waitpid(-1, os.WNOHANG)[0]:
            children.discard(ended)


def _kill(number: int, children: set[int]) -> int:
    """Kill a child with its group, and wait until it is gone."""
    if number not in children:
        return 0
    children.remove(number)
    with contextlib.suppress(ProcessLookupError):  # just forked, it has no group yet
        os.killpg(number, signal.SIGKILL)
    os.kill(number, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(number, 0)
    return number


if __name__ == "__main__":
    main()
