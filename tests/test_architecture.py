"""Imports run one way, heavy ones wait, and no tracked file holds what it should not."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("text2sql", "finetune", "ui")
# Whoever needs the model may import what computes; the rest must start without it.
COMPUTES = {"torch", "transformers", "peft", "trl", "bitsandbytes", "accelerate"}
MODEL_ROOMS = {
    "text2sql.model",
    "text2sql.adapters",
    "text2sql.generation",
    "finetune.checkpoints",
    "finetune.dry_run",
    "finetune.memory",
    "finetune.average",
    "finetune.merge",
    "finetune.packing",
    "finetune.train",
    "finetune.trainer",
    "finetune.warm_start",
    "finetune.watch",
}
LIGHT = (
    "text2sql.engine",
    "text2sql.__main__",
    "text2sql.released",
    "finetune.__main__",
    "finetune.jobs",
    "finetune.evaluate",
    "finetune.card",
    "ui.service",
    "ui.databases",
)


@dataclass(frozen=True)
class Import:
    """One imported module; `at_once` if importing the importer imports it too."""

    importer: str
    module: str
    line: int
    at_once: bool

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def sources() -> dict[str, Path]:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {module_name(path): path for path in [ROOT / "app.py", *sorted(paths)]}


@functools.cache
def imports() -> tuple[Import, ...]:
    return tuple(one for name, path in sources().items() for one in imports_of(name, path))


def imports_of(name: str, path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text("utf-8"), str(path))
    yield from _walk(tree, name, at_once=True)


def _walk(node: ast.AST, name: str, *, at_once: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(name, alias.name, child.lineno, at_once)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{name}:{child.lineno} has a relative import"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                module = whole if whole in sources() else str(child.module)
                yield Import(name, module, child.lineno, at_once)
        elif not _is_for_types(child):
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _walk(child, name, at_once=at_once and not later)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def breaches(allowed: Mapping[str, set[str]]) -> list[str]:
    """Imports of the packages in `allowed` by modules that are not among those listed."""
    return [
        f"{one.importer}:{one.line} imports {one.module}"
        for one in imports()
        if one.package in allowed and one.importer not in allowed[one.package]
    ]


def modules_below(*packages: str) -> set[str]:
    return {name for name in sources() if name.partition(".")[0] in packages}


def test_imports_run_one_way() -> None:
    assert (
        breaches(
            {
                "app": set(),
                "ui": modules_below("app", "ui"),
                "finetune": modules_below("app", "ui", "finetune"),
            }
        )
        == []
    )


def test_only_the_page_imports_gradio() -> None:
    assert breaches({"gradio": modules_below("app", "ui")}) == []


def test_only_the_sandbox_imports_duckdb() -> None:
    children = {name for name in sources() if name.startswith("text2sql.sandbox_")}
    assert len(children) >= 2
    assert breaches({"duckdb": children | {"text2sql.execution"}}) == []


def test_only_the_model_rooms_import_what_computes() -> None:
    assert sources().keys() >= MODEL_ROOMS, "a room of the list is gone: take it off the list"
    assert breaches(dict.fromkeys(COMPUTES, MODEL_ROOMS)) == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph: dict[str, set[str]] = {name: set() for name in sources()}
    for one in imports():
        if one.at_once and one.module in graph and one.module != one.importer:
            graph[one.importer].add(one.module)
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name in done:
            return
        path.append(name)
        for other in sorted(graph[name]):
            visit(other)
        path.pop()
        done.add(name)

    for name in graph:
        visit(name)


def test_light_modules_load_nothing_that_computes() -> None:
    heavy = sorted(COMPUTES | {"gradio", "duckdb", "datasets", "pandas"})
    code = (
        f"import sys, importlib\n"
        f"for name in {LIGHT!r}:\n"
        f"    importlib.import_module(name)\n"
        f"    found = [one for one in {heavy!r} if one in sys.modules]\n"
        f"    assert not found, f'{{name}} loads {{found}}'\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr[-500:]


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Files of the project: what git tracks, or in a copy without git all there is."""
    ran = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    names = ran.stdout.split("\0") if ran.returncode == 0 else []
    found = [ROOT / name for name in names if name] or [
        path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob("*.py")
    ]
    return tuple(path for path in found if path.is_file())


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    for path in tracked():
        if path.suffix in suffixes:
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def places(pattern: str, *suffixes: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts(*suffixes)
        for number, line in enumerate(text.splitlines(), start=1)
        if wanted.search(line)
    ]


def test_no_tracked_file_holds_a_path_of_a_machine() -> None:
    homes = r"/(home|Users)/\w+/|/(root|work)/"
    pattern = f"{homes}|{re.escape(str(ROOT))}"
    assert places(pattern, ".py", ".md", ".toml", ".txt", ".json", ".jsonl", "") == []


def test_no_warning_is_silenced_and_nothing_caught_wholesale_without_a_reason() -> None:
    assert places(r"#\s*(ruff:\s*)?noqa(:[\sA-Z0-9,]+)?\s*$", ".py") == []
    assert places(r"#\s*type:\s*ignore\s*$", ".py") == []
    assert places(r"except(\s+Exception(\s+as\s+\w+)?)?\s*:\s*$", ".py") == []


def test_what_is_caught_of_every_kind_is_raised_again() -> None:
    lost = []
    for name, text in texts(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler) and _catches_all(node):
                raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
                if not raises:
                    lost.append(f"{name}:{node.lineno}")
    assert lost == []


def _catches_all(node: ast.ExceptHandler) -> bool:
    return node.type is None or ast.unparse(node.type) == "BaseException"


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    own = "tests/test_architecture.py"
    found = places(r"pytest\.(mark\.(skip|skipif|xfail)|skip|xfail|importorskip)\b", ".py")
    assert [one for one in found if not one.startswith(own)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_every_requirement_is_pinned(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r"))]
    assert wanted
    assert [line for line in wanted if "==" not in line] == []
