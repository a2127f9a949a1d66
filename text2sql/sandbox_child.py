"""The child process of a sandbox: reads jobs from standard input, answers on standard output.

Forked by `sandbox_server.py` for each sandbox, and anew after every kill; who asks is
`execution.py`, which says what this protects from and what not. Knows nothing of questions, models
or pages.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from typing import Any, BinaryIO

import duckdb

from text2sql.sandbox_load import answer_load
from text2sql.wire import HEADER, encode_value, pack, unpack

WATCH_S = 0.5
GUESSED_ADDRESS_SPACE = 1 << 30
EXPLAIN = "EXPLAIN "
BATCH_ROWS = 50
LONGEST_QUERY_MS = 600_000  # a last resort: the parent kills long before
SPARE_MEMORY_MB = 256  # what DuckDB does not count, Python's copy of the rows, the reply


def main() -> None:
    """Answer jobs until the parent goes away."""
    reply = _private_stdout()
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    job = _read(sys.stdin.buffer)
    if job is None:
        return
    if job["op"] == "load":
        _send(reply, answer_load(job))
        return
    connection = open_locked(job["file"], memory_mb=job["memory_mb"], threads=job["threads"])
    _send(reply, {"ready": True})
    while (job := _read(sys.stdin.buffer)) is not None:
        answer = _answer(connection, job)
        _send(reply, answer)
        if answer.get("error") == "memory":
            return


def _private_stdout() -> BinaryIO:
    """The reply channel; descriptor 1 itself goes to nowhere, so nothing can print into it."""
    reply = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return reply


def _watch_parent(parent: int) -> None:
    """Die with the parent, also in the middle of a query.

    The kernel's parent-death signal would not do: it fires when the *thread* that started the
    child ends, and threads of a web server come and go.
    """
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(0)


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    return unpack(stream.read(HEADER.unpack(header)[0]))


def _send(stream: BinaryIO, message: dict[str, Any]) -> None:
    stream.write(pack(message))
    stream.flush()


def open_locked(file: str, *, memory_mb: int, threads: int) -> duckdb.DuckDBPyConnection:
    """The database file, read-only, with DuckDB's and the operating system's locks shut."""
    connection = duckdb.connect(
        file,
        read_only=True,
        config={
            "memory_limit": f"{memory_mb}MB",
            "threads": str(threads),
            "temp_directory": "",
            "max_temp_directory_size": "0KB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
        },
    )
    connection.execute("SET TimeZone = 'UTC'; SET errors_as_json = true")
    connection.execute(f"SET max_execution_time = {LONGEST_QUERY_MS}")
    connection.execute("SELECT now()").fetchall()  # what it reads on first use must be read now
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    _lock_process(memory_mb)
    return connection


def _lock_process(memory_mb: int) -> None:
    """No new file, socket or process, no byte written to any file, memory capped."""
    memory = _address_space() + (memory_mb + SPARE_MEMORY_MB) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for limit in (
        resource.RLIMIT_NOFILE,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_NPROC,
        resource.RLIMIT_CORE,
    ):
        resource.setrlimit(limit, (0, 0))


def _address_space() -> int:
    """Bytes of address space in use now: code, libraries, reserved stacks."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return GUESSED_ADDRESS_SPACE  # no /proc: not Linux


def _answer(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> dict[str, Any]:
    try:
        _demand_one_select(connection, job["sql"])
        return _bind(connection, job["sql"]) if job["op"] == "bind" else _run(connection, job)
    except (duckdb.OutOfMemoryException, MemoryError):
        return {"error": "memory"}
    except duckdb.Error as error:
        return {"error": "query", **_explain(error, job["sql"])}


def _demand_one_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise duckdb.Error(f"Exactly one statement can run at a time; this has {len(statements)}.")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name
        raise duckdb.Error(f"Only statements that read can run here; this is {kind}.")


def _bind(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """Bind without running; a failure is repeated as EXPLAIN, which says at which position."""
    try:
        connection.sql(sql)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        try:
            connection.execute(EXPLAIN + sql)
        except duckdb.Error as placed:
            return {"error": "query", **_explain(placed, sql, offset=len(EXPLAIN))}
        return {"error": "query", **_explain(error, sql)}
    return {"bound": True}


def _run(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    cursor = connection.execute(job["sql"])
    header = cursor.description or []
    rows, truncated = _fetch(cursor, job)
    return {
        "columns": [str(column[0]) for column in header],
        "types": [str(column[1]) for column in header],
        "rows": rows,
        "truncated": truncated,
        "elapsed_ms": (time.perf_counter() - started) * 1000,
    }


def _fetch(cursor: Any, job: dict[str, Any]) -> tuple[list[Any], bool]:
    """Rows up to the caps on rows and bytes, encoded; and whether there were more."""
    rows: list[Any] = []
    room = job["max_bytes"]
    while batch := cursor.fetchmany(min(BATCH_ROWS, job["max_rows"] + 1 - len(rows))):
        for row in batch:
            encoded = [encode_value(value, job["max_chars"]) for value in row]
            room -= len(json.dumps(encoded))
            if len(rows) == job["max_rows"] or (room < 0 and rows):
                return rows, True
            rows.append(encoded)
    return rows, False


def _explain(error: duckdb.Error, sql: str, offset: int = 0) -> dict[str, Any]:
    """DuckDB's message and, where it says so, the 1-based line and column in the statement."""
    text = str(error)
    try:
        detail = json.loads(text[text.index("{") :])
        message = f"{detail.get('exception_type', '')} Error: {detail['exception_message']}"
        position = int(detail["position"]) - offset
    except KeyError:
        return {"message": message, "line": None, "column": None}
    except (ValueError, TypeError):
        return {"message": text, "line": None, "column": None}
    before = sql.encode()[: max(position, 0)].decode(errors="replace")
    line = before.count("\n") + 1
    return {"message": message, "line": line, "column": len(before) - before.rfind("\n")}
