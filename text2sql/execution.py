"""The sandbox: a child process that holds DuckDB and can be killed at any time.

Covered. The child opens one database file read-only and then shuts the door behind it:
- DuckDB: no external access, no extensions, configuration locked, no spilling to disk, a memory
  limit; one statement of type SELECT at a time.
- Operating system (resource limits): no file or socket can be opened any more, no byte written
  to a file, no process started, address space capped, no core dump.
- An empty environment, an empty private working folder, a process group of its own; it ends when
  its parent does.
- The parent kills it at the deadline, caps the bytes it reads from it, and parses them as JSON
  only. The next statement starts a new child on the same file.
- Children are forked from a server (`children.py`) that was started with that empty environment
  and has opened nothing.

Not covered. The child runs as the same user on the same kernel: there is no seccomp filter, no
namespace, no container. Descriptors open at the lock (the database file, two pipes) stay
usable, and whoever takes over the child's machine code can call the kernel within these limits.
A limit on processes does not bind root. Processor time is bounded by the deadline only.

Knows nothing of schemas, questions or models.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from text2sql.children import START_S, Child
from text2sql.errors import ExecutionError, QueryError, QueryTimeout, SandboxError
from text2sql.problems import QueryResult
from text2sql.wire import decode_value

MEMORY_MB = 512
THREADS = 2
DEAD_BEFORE_S = 0.3  # a child whose pipe breaks so soon was dead before it was asked
FIRST_PARAGRAPH = 600  # characters of DuckDB's message that are shown
REPLY_SLACK = 1 << 20  # bytes of a reply beside the rows


@dataclass(frozen=True)
class Limits:
    """What one statement may take; rows and cells over the caps are cut and marked."""

    deadline_s: float = 5.0
    max_rows: int = 1_000
    max_chars: int = 2_000
    max_bytes: int = 4 << 20


DEFAULT_LIMITS = Limits()


class Sandbox:
    """Runs single statements on one database file; safe to share between threads.

    Statements run one after the other. A child is started with the first one, and again after
    one was killed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._child: Child | None = None

    def run(self, sql: str, *, limits: Limits = DEFAULT_LIMITS) -> QueryResult:
        """The statement's rows.

        Raises QueryError (DuckDB refused it), QueryTimeout (its deadline passed), SandboxError
        (memory or result too large, or the child died).
        """
        job = {
            "op": "run",
            "sql": sql,
            "max_rows": limits.max_rows,
            "max_chars": limits.max_chars,
            "max_bytes": limits.max_bytes,
        }
        return _result(self._ask(job, limits))

    def bind(self, sql: str, *, limits: Limits = DEFAULT_LIMITS) -> None:
        """Let DuckDB bind the statement without running it; raises like `run`."""
        self._ask({"op": "bind", "sql": sql}, limits)

    def close(self) -> None:
        """End the child; a later statement would start a new one."""
        with self._lock:
            self._kill()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
        with self._lock:
            try:
                answer = self._answer(job, limits)
            except (TimeoutError, EOFError, ValueError) as error:
                self._kill()
                raise _as_execution_error(error, limits) from None
            except BaseException:  # an interrupt too: the child's late answer would be the next's
                self._kill()
                raise
            if answer.get("error") == "memory":
                self._kill()
        _raise_if_refused(answer)
        return answer

    def _answer(self, job: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """The child's answer; a child that somebody killed while it waited is replaced."""
        waited = self._child
        child = self._ready_child()
        most = limits.max_bytes + REPLY_SLACK
        began = time.monotonic()
        try:
            return child.ask(job, deadline_s=limits.deadline_s, max_bytes=most)
        except EOFError:
            if child is not waited or time.monotonic() - began > DEAD_BEFORE_S:
                raise
        self._kill()
        return self._ready_child().ask(job, deadline_s=limits.deadline_s, max_bytes=most)

    def _ready_child(self) -> Child:
        if self._child is not None and self._child.alive:
            return self._child
        self._kill()
        self._child = Child()
        job = {"op": "open", "file": str(self._file), "memory_mb": MEMORY_MB, "threads": THREADS}
        try:
            self._child.ask(job, deadline_s=START_S, max_bytes=REPLY_SLACK)
        except (TimeoutError, EOFError, ValueError) as error:
            self._kill()
            raise SandboxError(
                "The process that runs SQL could not open the database.",
                hint="Try again; if it stays so, free some memory or disk space.",
            ) from error
        return self._child

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def _as_execution_error(error: Exception, limits: Limits) -> ExecutionError:
    if isinstance(error, TimeoutError):
        return QueryTimeout(
            f"The query was stopped after {limits.deadline_s:g} seconds.",
            hint="Ask for less: add a filter, a LIMIT or a missing join condition.",
        )
    if isinstance(error, EOFError):
        return _memory_error()
    return SandboxError(f"The result was too large to show ({error}).", hint="Add a LIMIT.")


def _memory_error() -> SandboxError:
    return SandboxError(
        f"The query was stopped: it needed more than the {MEMORY_MB} MB of memory it may use.",
        hint="Ask for less: add a filter, a LIMIT or a missing join condition.",
    )


def _raise_if_refused(answer: dict[str, Any]) -> None:
    if answer.get("error") == "memory":
        raise _memory_error()
    if answer.get("error") == "query":
        line, column = answer.get("line"), answer.get("column")
        place = f"(Line {line}, column {column})" if line else ""
        raise QueryError(short_message(str(answer.get("message", ""))), hint=place)


def short_message(message: str) -> str:
    """DuckDB's message without the excerpt of the statement, on one line.

    >>> short_message('Binder Error: no "a"\\nCandidate bindings: "b"\\n\\nLINE 1: SELECT a')
    'Binder Error: no "a" Candidate bindings: "b"'
    """
    told = message.split("\n\nLINE ")[0]
    return " ".join(told.split())[:FIRST_PARAGRAPH]


def _result(answer: dict[str, Any]) -> QueryResult:
    try:
        return QueryResult(
            columns=tuple(map(str, answer["columns"])),
            types=tuple(map(str, answer["types"])),
            rows=tuple(tuple(decode_value(v) for v in row) for row in answer["rows"]),
            truncated=bool(answer["truncated"]),
            elapsed_ms=float(answer["elapsed_ms"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SandboxError(f"The result could not be read: {error}.") from None
