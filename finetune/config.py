"""TrainConfig: every setting of a training run, flat, saved with the run.

Each setting carries its line of help and its bounds, so that the page, the shell and the checks
say the same. Knows nothing of torch or of how training is done.
"""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from finetune.files import write_json
from finetune.run_folder import check_name
from text2sql.errors import TrainingError

SCHEDULES = ("cosine", "linear", "constant")


def _setting(
    default: Any, about: str, *, low: float | None = None, high: float | None = None
) -> Any:
    return field(default=default, metadata={"help": about, "low": low, "high": high})


@dataclass(frozen=True)
class TrainConfig:
    """Settings of one run; `help_for(name)` explains each. Checked by `validate()`."""

    data: tuple[str, ...] = _setting((), "Files of examples (JSONL, CSV) or hub data set names.")
    databases: str = _setting("", "Folder that the examples' database paths start from.")
    judged_by: tuple[str, ...] = _setting(
        (), "Files of questions that models are judged by: what they ask is not trained on."
    )
    base: str = _setting("0.5b", "Base model: 0.5b, 1.5b, a hub name or a folder.")
    adapter: str = _setting(
        "", "Adapter to go on from, by name or path, with its rank; empty starts a new one."
    )
    run: str = _setting("", "Name of the run, which is also its folder's.")
    preset: str = _setting("", "The preset these settings started from.")
    notes: str = _setting("", "Anything you want to remember about this run.")

    epochs: float = _setting(1.0, "Passes over the data.", low=0.001, high=100)
    max_steps: int | None = _setting(None, "Stop after so many steps, if set.", low=1, high=10**7)
    minutes: float | None = _setting(
        None, "Time for all of it, scoring included: the steps are cut to fit.", low=0.1, high=10**5
    )
    questions_per_sequence: int = _setting(
        16, "Questions packed behind one copy of their schema; 1 packs none.", low=1, high=256
    )
    sequences_per_step: int = _setting(2, "Packed sequences in one step.", low=1, high=1024)
    max_length: int = _setting(4096, "Longest packed sequence, in tokens.", low=128, high=32768)
    pack: bool = _setting(True, "Share one copy of the schema among its questions.")

    learning_rate: float = _setting(3e-4, "Peak learning rate.", low=1e-7, high=0.1)
    schedule: str = _setting("cosine", f"How the rate falls: {', '.join(SCHEDULES)}.")
    warmup_ratio: float = _setting(0.03, "Share of the steps with a rising rate.", low=0, high=0.9)
    weight_decay: float = _setting(0.0, "Pull of the weights to zero.", low=0, high=1)
    max_grad_norm: float = _setting(1.0, "Longer gradients are clipped to this.", low=0, high=1e4)

    rank: int = _setting(16, "Rank of the adapter: its capacity and its size.", low=1, high=512)
    alpha: int = _setting(32, "Scale of the adapter; twice the rank is usual.", low=1, high=2048)
    dropout: float = _setting(0.0, "Share of the adapter's input dropped.", low=0, high=0.9)
    target: str = _setting("all-linear", "Layers: all-linear, or module names with commas between.")
    neftune_alpha: float | None = _setting(
        None, "Noise on the embeddings (NEFTune), if set; 5 is usual.", low=0, high=100
    )
    gradient_checkpointing: bool = _setting(False, "Less memory, a third more time.")

    value_hints: bool = _setting(True, "Show the model values that the question names.")
    canonical: bool = _setting(True, "Train on SQL rewritten in one short form.")
    seed: int = _setting(0, "Seed of order, adapter and noise.", low=0, high=2**32 - 1)
    save_every: int = _setting(50, "Steps between checkpoints.", low=1, high=10**6)
    log_every: int = _setting(1, "Steps between logged lines.", low=1, high=10**6)
    eval_examples: int = _setting(
        100, "Held-out examples to score before and after; 0 scores none.", low=0, high=10**5
    )
    resume: bool = _setting(False, "Go on from the run's last checkpoint.")

    def validate(self) -> TrainConfig:
        """Itself, if every setting makes sense; TrainingError naming the first that does not."""
        hints = get_type_hints(TrainConfig)
        for item in fields(self):
            value = _checked_type(item.name, getattr(self, item.name), hints[item.name])
            _check_bounds(item.name, value, item.metadata["low"], item.metadata["high"])
        if not self.data:
            raise TrainingError("There is no training data.", hint="Name a file with --data.")
        if self.schedule not in SCHEDULES:
            near = nearest(self.schedule, SCHEDULES)
            raise TrainingError(f"'schedule' can't be {self.schedule!r}.", hint=near)
        if not all(name.strip() for name in self.target.split(",")):
            raise TrainingError("'target' names no layer.", hint="Write all-linear for all.")
        check_name(self.run)
        return self

    def save(self, path: Path) -> None:
        """Write all settings as JSON."""
        write_json(path, asdict(self))


PRESETS: Mapping[str, Mapping[str, Any]] = types.MappingProxyType(
    {
        "quick": {
            "data": ("bundled",),
            "minutes": 11.0,
            "epochs": 3.0,
            "sequences_per_step": 1,  # twice the steps of a short time
            "save_every": 10,
            "eval_examples": 60,
        },
        "full": {"data": ("bundled",), "epochs": 2.0, "save_every": 50, "eval_examples": 300},
    }
)


def from_preset(name: str, **settings: Any) -> TrainConfig:
    """A preset with some settings changed; TrainingError if either name is unknown.

    >>> from_preset("quick", data=["shop.jsonl"], rank=8).rank
    8
    """
    if name not in PRESETS:
        raise TrainingError(f"There is no preset {name!r}.", hint=nearest(name, PRESETS))
    return from_dict({**PRESETS[name], "preset": name, **settings})


def from_file(path: Path, **settings: Any) -> TrainConfig:
    """Settings from a JSON file, some of them replaced; TrainingError if it can't be used."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise TrainingError(f"Can't read '{path}': {error.strerror}.") from error
    except ValueError as error:
        raise TrainingError(f"'{path}' is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise TrainingError(f"'{path}' holds no settings.", hint='Write {"epochs": 1, …}.')
    return from_dict({**found, **settings})


def from_dict(settings: Mapping[str, Any]) -> TrainConfig:
    """Settings by name; refuses unknown names with the nearest known one, and wrong types."""
    hints = get_type_hints(TrainConfig)
    for name in settings:
        if name not in hints:
            raise TrainingError(f"There is no setting {name!r}.", hint=nearest(name, hints))
    values = {name: _checked_type(name, value, hints[name]) for name, value in settings.items()}
    return replace(TrainConfig(), **values)


def parse_setting(text: str) -> tuple[str, Any]:
    """A setting as written in a shell, NAME=VALUE.

    >>> parse_setting("rank=8"), parse_setting("pack=false"), parse_setting("base=1.5b")
    (('rank', 8), ('pack', False), ('base', '1.5b'))
    """
    name, sign, value = text.partition("=")
    if not sign:
        raise TrainingError(f"{text!r} sets nothing.", hint="Write NAME=VALUE, as in rank=8.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


def help_for(name: str) -> str:
    """One line about a setting."""
    return next(str(f.metadata["help"]) for f in fields(TrainConfig) if f.name == name)


def nearest(name: str, names: Any) -> str:
    """A hint that names the nearest of the known names, or all of them if none is near."""
    known = list(names)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(sorted(known))}."


def _checked_type(name: str, value: Any, hint: Any) -> Any:
    """The value in the setting's type: a list is a tuple, a whole number may stand for a float."""
    allowed = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if value is None and type(None) in allowed:
        return None
    if get_origin(hint) is tuple:
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif isinstance(value, bool) or bool in allowed:
        if isinstance(value, bool) and bool in allowed:
            return value
    elif float in allowed and isinstance(value, int | float) and abs(value) < 1e300:
        return float(value)
    elif float not in allowed and type(value) in allowed:
        return value
    raise TrainingError(f"'{name}' can't be {value!r}.", hint=f"It takes {_in_words(allowed)}.")


def _in_words(allowed: tuple[Any, ...]) -> str:
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    named = [words.get(kind, "a list of texts") for kind in allowed if kind is not type(None)]
    return " or ".join(named) + (" or null" if type(None) in allowed else "")


def _check_bounds(name: str, value: Any, low: float | None, high: float | None) -> None:
    if low is None or high is None or value is None:
        return
    if not low <= value <= high:
        hint = f"Choose one from {low:g} to {high:g}."
        raise TrainingError(f"'{name}' can't be {value:g}.", hint=hint)
