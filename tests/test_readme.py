"""The README is true: its paths, commands, flags, settings, API names and front matter exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from finetune.__main__ import main as finetune
from text2sql.__main__ import main as text2sql
from ui.settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
_, MATTER, TEXT = README.split("---\n", 2)
# a user's own files, and a run's
MADE_LATER = set("schema.sql first.zip card.json dev.jsonl demo.jsonl tuned.json base.json".split())
PYTHON = re.compile(r"(?:\.venv/bin/)?python(?: -m)? (.+)")


def shell_lines() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    return [part.strip() for block in blocks for part in re.split(r"\n|&&", block) if part.strip()]


def commands() -> list[list[str]]:
    """What is run with Python, as words: the module or script first."""
    return [
        shlex.split(found.group(1)) for line in shell_lines() if (found := PYTHON.fullmatch(line))
    ]


def help_of(command: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What the command itself says of its flags."""
    whole: dict[str, Callable[[list[str]], object]] = {
        "app.py": read_settings,
        "text2sql": text2sql,
        "finetune": finetune,
    }
    name, *words = command
    if name.startswith("tests.benchmarks."):
        return (ROOT / f"{name.replace('.', '/')}.py").read_text("utf-8")
    with pytest.raises(SystemExit) as end:
        whole[name]([*words[:1], "--help"] if name != "app.py" else ["--help"])
    assert end.value.code == 0, f"{command} is unknown"
    return capsys.readouterr().out


def test_there_are_the_two_commands_and_the_shell() -> None:
    found = shell_lines()
    assert ".venv/bin/python app.py" in found and ".venv/bin/python -m pytest" in found
    used = {tuple(words[:2]) for words in commands()}
    assert {("text2sql", verb) for verb in ("ask", "schema", "run")} <= used
    assert {("finetune", verb) for verb in ("train", "evaluate", "export")} <= used


def test_every_command_and_flag_exists(capsys: pytest.CaptureFixture[str]) -> None:
    checked = 0
    for command in commands():
        if command[0] in ("venv", "pytest"):
            continue
        told = help_of(command, capsys)
        for flag in (word for word in command if word.startswith("--")):
            assert re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", told), (command[0], flag)
            checked += 1
    assert checked > 15


def test_every_path_exists() -> None:
    quoted = re.findall(r"`([^`\n]+)`", TEXT)
    inside = [word for line in shell_lines() for word in shlex.split(line)]
    linked = re.findall(r"\]\((?!https?:)([^)]+)\)", TEXT)
    named = [
        one
        for one in (*quoted, *inside, *linked)
        if re.fullmatch(
            r"\.?[\w./-]+(/|\.(py|txt|md|sql|jsonl|json|png|zip))|\.ci/run|LICENSE", one
        )
    ]
    named = [one for one in named if one not in MADE_LATER and not one.startswith(".venv")]
    assert {"app.py", "requirements.txt", "LICENSE", ".ci/run", "finetune/"} <= set(named)
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_every_module_run_exists() -> None:
    for name, *_ in commands():
        if name not in ("venv", "pytest"):
            place = ROOT / name.replace(".", "/") if name != "app.py" else ROOT / name
            assert place.exists() or place.with_suffix(".py").exists(), name


def test_the_settings_are_all_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    sources = [ROOT / "app.py", *(p for d in ("text2sql", "finetune", "ui") for p in files(d))]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    assert set(re.findall(r"TEXT2SQL_[A-Z]+", TEXT)) == set(re.findall(r"TEXT2SQL_[A-Z]+", code))
    table = "\n".join(line for line in TEXT.splitlines() if line.startswith("|"))
    flags = set(re.findall(r"--[a-z]+", help_of(["app.py"], capsys))) - {"--help"}
    assert set(re.findall(r"--[a-z]+", table)) == flags


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def test_the_api_names_are_the_pages() -> None:
    names = set(re.findall(r'api_name="/(\w+)"', TEXT))
    code = "\n".join(path.read_text("utf-8") for path in files("ui"))
    assert names and names <= set(re.findall(r'api_name="(\w+)"', code))


def test_the_front_matter_is_what_a_space_reads() -> None:
    found = yaml.safe_load(MATTER)
    required = (ROOT / "requirements.txt").read_text("utf-8")
    assert f"gradio=={found['sdk_version']}" in required.splitlines()
    assert found["sdk"] == "gradio" and found["license"] == "apache-2.0"
    assert (ROOT / found["app_file"]).is_file() and found["python_version"] == "3.11"
    assert len(found["short_description"]) <= 60
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")[:200]


def test_tests_install_all_that_the_page_does() -> None:
    first = (ROOT / "tests" / "requirements.txt").read_text("utf-8").splitlines()[0]
    assert first == "-r ../requirements.txt"
