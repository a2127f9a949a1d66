"""An adapter as a folder or zip that is ready for the hub: weights, settings, card, README.

Knows nothing of torch: merging into the base is `finetune.merge`.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from finetune.card import CARD, SETTINGS, WEIGHTS, Card, read_card, sha256, write_card
from finetune.files import read_json, told, write_json, write_text
from finetune.model_card import hub_base, model_card
from text2sql.errors import AdapterError, TrainingError

_EPOCH = (2020, 1, 1, 0, 0, 0)  # the same adapter gives the same zip, whenever it is exported


def export_adapter(adapter: Path, output: Path) -> Path:
    """Write the adapter to `output`, a folder or a `.zip`, and read it back.

    Raises AdapterError if it is no complete adapter in safetensors, TrainingError if `output`
    exists or can't be written; then nothing is left behind.
    """
    card = read_card(adapter)
    with new_place(output) as place:
        _fill(adapter, card, place)
        _check(adapter, place)
        if output.suffix == ".zip":
            _zip(place, output)
        else:
            place.rename(output)
    return output


@contextmanager
def new_place(output: Path) -> Iterator[Path]:
    """A folder beside `output` to fill, gone afterwards unless it was renamed."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise TrainingError(f"'{output}' exists already.", hint="Name a folder or file anew.")
    with told(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}-"))
        try:
            place.chmod(0o755)
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _fill(adapter: Path, card: Card, place: Path) -> None:
    shutil.copyfile(adapter / WEIGHTS, place / WEIGHTS)
    settings = read_json(adapter / SETTINGS)
    if settings is None:
        raise AdapterError(f"The '{SETTINGS}' of '{adapter.name}' can't be read.")
    # PEFT writes where the base lay on this machine; elsewhere only its hub name means something.
    write_json(place / SETTINGS, {**settings, "base_model_name_or_path": hub_base(card.base)})
    write_text(place / "README.md", model_card(card))
    write_card(place, replace(card, name=card.name or adapter.name))


def _check(adapter: Path, place: Path) -> None:
    """Read back what was written."""
    read_card(place)
    if sha256(adapter / WEIGHTS) != sha256(place / WEIGHTS):
        raise TrainingError("The copy of the weights differs from the original.", hint="Retry.")


def _zip(place: Path, output: Path) -> None:
    unfinished = output.with_name(f".{output.name}.part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("README.md", SETTINGS, WEIGHTS, CARD):
                entry = zipfile.ZipInfo(f"{output.stem}/{name}", _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, (place / name).read_bytes())
        with zipfile.ZipFile(unfinished) as archive:
            if (damaged := archive.testzip()) is not None:
                raise TrainingError(f"'{damaged}' in '{output}' is damaged.", hint="Retry.")
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def summary(output: Path) -> str:
    """One line about what was exported: files and bytes."""
    if output.is_file():
        return f"{output}: {output.stat().st_size / 1e6:.1f} MB"
    files = sorted(p for p in output.iterdir() if p.is_file())
    total = sum(p.stat().st_size for p in files) / 1e6
    return f"{output}: {', '.join(p.name for p in files)} ({total:.1f} MB)"
