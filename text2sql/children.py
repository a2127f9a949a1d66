"""Child processes that hold DuckDB: forked from a server, asked with a deadline, killed.

Knows nothing of statements; what a child does is in `sandbox_child.py`, and what it may do in
`execution.py`.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from io import FileIO
from typing import Any

from text2sql.errors import SandboxError
from text2sql.wire import FORK, HEADER, KILL, pack, unpack

START_S = 10.0


class Child:
    """One child process and its pipes; every question to it has a deadline."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="text2sql-", ignore_cleanup_errors=True)
        try:
            self.pid, to_child, from_child = _SERVER.fork(self._folder.name)
        except OSError as error:
            self._folder.cleanup()
            raise SandboxError(f"The process that runs SQL could not start: {error}.") from error
        # Files, for they close when nobody has them any more; the child then ends.
        self._to = FileIO(to_child, "wb")
        self._from = FileIO(from_child, "rb")
        os.set_blocking(to_child, False)

    @property
    def alive(self) -> bool:
        """Whether the process still runs: the end of its pipe closes with it."""
        poll = select.poll()
        poll.register(self._from, 0)  # hang-ups are told unasked
        return not poll.poll(0)

    def ask(self, job: dict[str, Any], *, deadline_s: float, max_bytes: int) -> dict[str, Any]:
        """The child's answer to `job`.

        Raises TimeoutError when the deadline passes, EOFError when the child dies, ValueError
        when its answer is too long or no JSON; in all three cases the child is to be killed.
        """
        until = time.monotonic() + deadline_s
        self._write(pack(job), until)
        length = HEADER.unpack(self._read(HEADER.size, until))[0]
        if length > max_bytes:
            raise ValueError(f"an answer of {length:,} bytes")
        return unpack(self._read(length, until))

    def _write(self, data: bytes, until: float) -> None:
        view = memoryview(data)
        while view:
            _wait(self._to, select.POLLOUT, until)
            try:
                view = view[self._to.write(view) or 0 :]
            except BrokenPipeError:
                raise EOFError from None

    def _read(self, size: int, until: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            _wait(self._from, select.POLLIN, until)
            piece = self._from.read(min(size - len(data), 1 << 20))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def kill(self) -> None:
        """End the process and all it may have started, and wait until it is gone."""
        _SERVER.kill(self.pid)
        for pipe in (self._to, self._from):
            pipe.close()
        self._folder.cleanup()


def _wait(pipe: FileIO, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
        raise TimeoutError


@dataclass
class _Server:
    """The process that forks children: started with the first one, and anew where it died."""

    process: subprocess.Popen[bytes] | None = None
    channel: socket.socket | None = None
    owner: int = 0  # a fork of this process needs a server of its own
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fork(self, folder: str) -> tuple[int, int, int]:
        """A new child's number, and the descriptors that write to it and read from it.

        Raises OSError.
        """
        with self.lock:
            try:
                return self._fork(folder)
            except OSError:
                self._stop()
                return self._fork(folder)

    def kill(self, number: int) -> None:
        """End a child; those of a server that died are dead already."""
        with self.lock:
            if self.owner != os.getpid() or self.channel is None:
                return
            try:
                self._asked(KILL + HEADER.pack(number))
            except OSError:  # its children end with it
                self._stop()

    def _fork(self, folder: str) -> tuple[int, int, int]:
        if self.owner != os.getpid() or self.process is None or self.process.poll() is not None:
            self._start()
        child_in, to_child = os.pipe()
        from_child, child_out = os.pipe()
        try:
            number = self._asked(FORK + os.fsencode(folder), child_in, child_out)
            if not number:
                raise OSError("no process can be started")
        except BaseException:
            os.close(to_child)
            os.close(from_child)
            raise
        finally:
            os.close(child_in)
            os.close(child_out)
        return number, to_child, from_child

    def _asked(self, message: bytes, *descriptors: int) -> int:
        assert self.channel is not None
        socket.send_fds(self.channel, [message], descriptors)
        answer = self.channel.recv(HEADER.size)
        if not answer:
            raise OSError("the server of processes is gone")
        return int(HEADER.unpack(answer)[0])

    def _start(self) -> None:
        self._stop()
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.settimeout(START_S)
        paths = [os.path.abspath(path) for path in sys.path]  # "" is the folder of a REPL
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-S", "-P", "-B", "-m", "text2sql.sandbox_server"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(paths), "LC_ALL": "C.UTF-8"},
                cwd=os.sep,
                start_new_session=True,
            )
        self.owner = os.getpid()

    def _stop(self) -> None:
        if self.channel is not None:
            self.channel.close()
        if self.process is not None and self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
        self.process = self.channel = None


_SERVER = _Server()
