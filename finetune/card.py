"""The adapter's card: what it was trained on, with what, and what it measured.

`card.json` is written last, so that its existence says the adapter is complete. The loader in
`text2sql.adapters` reads the two fields it refuses by; everything else is for people. Knows
nothing of torch.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, get_type_hints

from finetune.config import TrainConfig
from finetune.files import read_json, write_json
from finetune.report import Report, compare
from text2sql.errors import AdapterError
from text2sql.prompt import FINGERPRINT
from text2sql.released import CARD as CARD
from text2sql.released import RELEASED as RELEASED
from text2sql.released import SETTINGS as SETTINGS
from text2sql.released import adapter_name
from text2sql.released import find_adapter as find_adapter

WEIGHTS = "adapter_model.safetensors"
PACKAGES = ("torch", "transformers", "peft", "trl", "bitsandbytes", "sqlglot", "duckdb")
# Formats that run code when they are read.
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")


@dataclass(frozen=True)
class BaseId:
    """Which base an adapter belongs to; `sha256` is empty for one taken by name."""

    name: str
    revision: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class DataSource:
    """One file or data set trained on; `rows` are those used."""

    file: str
    rows: int
    sha256: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Measured:
    """Execution accuracy before and after on one set: `{value, low, high}` each."""

    set: str
    examples: int
    before: Mapping[str, float]
    after: Mapping[str, float]
    p: float
    how: str = ""


@dataclass(frozen=True)
class Card:
    """All that is known of an adapter."""

    name: str
    base: BaseId
    prompt_fingerprint: str
    config: Mapping[str, Any]
    data: tuple[DataSource, ...] = ()
    accuracy: tuple[Measured, ...] = ()
    seconds: float = 0.0
    created: str = ""
    machine: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def averaged(self) -> tuple[str, ...]:
        """Names of the adapters that it is the mean of; none for one that was trained."""
        found = self.config.get("averaged")
        return tuple(map(str, found)) if isinstance(found, list) else ()


def new_card(
    config: TrainConfig, base: BaseId, data: Sequence[DataSource], *, seconds: float
) -> Card:
    """The card of an adapter just trained here."""
    return Card(
        name=config.run,
        base=base,
        prompt_fingerprint=FINGERPRINT,
        config=_portable(config),
        data=tuple(data),
        seconds=round(seconds, 1),
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        machine=f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}",
        versions=installed_versions(),
    )


def _portable(config: TrainConfig) -> dict[str, Any]:
    """The settings without where things lay on this machine."""
    data = [Path(one).name if Path(one).exists() else one for one in config.data]
    judges = [Path(one).name for one in config.judged_by]
    places = {
        "data": data,
        "databases": Path(config.databases).name,
        "judged_by": judges,
        "adapter": adapter_name(config.adapter),
    }
    return {**asdict(config), **places}


def data_source(name: str, *, rows: int, licence: str = "") -> DataSource:
    """A file by its own name and SHA-256, or a data set by the name it was asked for."""
    path = Path(name)
    if not path.is_file():
        return DataSource(name, rows, "", licence)
    return DataSource(path.name, rows, sha256(path), licence)


def write_card(adapter: Path, card: Card) -> None:
    """Write the card into the adapter's folder, atomically."""
    write_json(adapter / CARD, asdict(card))


def read_card(adapter: Path) -> Card:
    """The card of an adapter's folder; AdapterError says what is missing or wrong."""
    check_files(adapter)
    found = read_json(adapter / CARD)
    if found is None:
        raise AdapterError(
            f"'{adapter.name}' has no readable {CARD}.",
            hint="The card is written last: without it the training did not finish.",
        )
    try:
        known = {item.name for item in fields(Card)}
        values = {key: value for key, value in found.items() if key in known}
        values["base"] = BaseId(**_texts(values["base"]))
        values["data"] = tuple(DataSource(**one) for one in values.get("data", ()))
        values["accuracy"] = tuple(Measured(**one) for one in values.get("accuracy") or ())
        return Card(**values)
    except (TypeError, KeyError, AttributeError) as error:
        raise AdapterError(
            f"The card of '{adapter.name}' is not as this version writes it: {error}.",
            hint="Train it again, or use the version that trained it.",
        ) from error


def _texts(base: Any) -> dict[str, str]:
    return {key: str(value or "") for key, value in base.items() if key in get_type_hints(BaseId)}


def check_files(adapter: Path) -> None:
    """Refuse a folder that is no adapter, or holds weights in a format that can run code."""
    if not adapter.is_dir():
        raise AdapterError(f"There is no adapter folder '{adapter}'.")
    pickled = sorted(p.name for p in adapter.rglob("*") if p.suffix.lower() in _PICKLES)
    if pickled:
        raise AdapterError(
            f"'{adapter.name}' holds {pickled[0]!r}: only safetensors are read.",
            hint="Unpickling a file can run what is in it. Remove it, or save as safetensors.",
        )
    for name in (WEIGHTS, SETTINGS):
        if not (adapter / name).is_file():
            raise AdapterError(f"'{adapter.name}' holds no '{name}'.")
    _check_safetensors(adapter / WEIGHTS)


def _check_safetensors(path: Path) -> None:
    """The header's length and JSON: what is no safetensors file fails here, before any loader."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(length) if 2 <= length <= min(size - 8, 100 << 20) else b""
    try:
        ends = [one["data_offsets"][1] for k, one in json.loads(header).items() if k[:2] != "__"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        ends = []
    if not ends or max(ends) + 8 + length != size:
        raise AdapterError(
            f"'{path.name}' in '{path.parent.name}' is damaged or no safetensors file.",
            hint="Copy or export the adapter again.",
        )


def with_accuracy(card: Card, name: str, *, after: Report, before: Report, how: str = "") -> Card:
    """The card with a measurement on the set `name`, in place of an earlier one on it."""
    pair = compare(after, before)
    both = {row.id for row in after.rows} & {row.id for row in before.rows}
    measured = Measured(
        set=name,
        examples=len(both),
        before=before.accuracy.to_json(),
        after=after.accuracy.to_json(),
        p=pair.p,
        how=how,
    )
    others = tuple(m for m in card.accuracy if (m.set, m.how) != (name, how))
    return replace(card, accuracy=(*others, measured))


def installed_versions() -> dict[str, str]:
    """Versions of what an adapter's behaviour depends on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
