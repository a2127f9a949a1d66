"""The settings of a training as the page offers them, and back from the page to a TrainConfig.

Knows nothing of gradio; help, types and bounds are the config's own.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Union, get_args, get_origin, get_type_hints

from finetune.config import PRESETS, TrainConfig, from_dict
from text2sql.errors import TrainingError

IN_SIGHT = ("epochs", "minutes", "learning_rate", "rank", "sequences_per_step")
FOLDED = (
    "max_steps",
    "questions_per_sequence",
    "pack",
    "max_length",
    "schedule",
    "warmup_ratio",
    "weight_decay",
    "max_grad_norm",
    "alpha",
    "dropout",
    "target",
    "neftune_alpha",
    "gradient_checkpointing",
    "value_hints",
    "canonical",
    "eval_examples",
    "save_every",
    "log_every",
    "seed",
)
NAMES = (*IN_SIGHT, *FOLDED)
MAX_NOTES = 2_000
_LABELS = {
    "adapter": "Start from",
    "sequences_per_step": "Batch",
    "neftune_alpha": "NEFTune alpha",
}
_TARGETS = re.compile(r"[A-Za-z0-9_., -]{1,400}")  # no pattern of a visitor's reaches a matcher


def label(name: str) -> str:
    """A setting's name for people.

    >>> label("learning_rate"), label("sequences_per_step")
    ('Learning rate', 'Batch')
    """
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def kind(name: str) -> type:
    """The type of a setting's value, apart from None.

    >>> kind("minutes"), kind("pack")
    (<class 'float'>, <class 'bool'>)
    """
    found: type = next(option for option in _options(name) if option is not type(None))
    return found


def may_be_unset(name: str) -> bool:
    """Whether a setting can be None. On the page that is 0: a number's field is never empty."""
    return type(None) in _options(name)


def _options(name: str) -> tuple[Any, ...]:
    hint = get_type_hints(TrainConfig)[name]
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def preset_values(preset: str) -> list[Any]:
    """The settings of a preset, in the order of NAMES; TrainingError if there is none such."""
    if preset not in PRESETS:
        raise TrainingError("There is no such preset.", hint=f"There are: {', '.join(PRESETS)}.")
    usual = {field.name: field.default for field in fields(TrainConfig)}
    values = usual | dict(PRESETS[preset])
    return [0 if values[name] is None else values[name] for name in NAMES]


def config_of(
    values: Sequence[object], *, run: object, notes: object, preset: object, base: str
) -> TrainConfig:
    """The config that the page's fields mean, without data; TrainingError names what is wrong."""
    named = zip(NAMES, values, strict=True)
    settings = {name: None if may_be_unset(name) and not v else v for name, v in named}
    if not _TARGETS.fullmatch(str(settings["target"])):
        raise TrainingError("'target' names no layers.", hint="Write all-linear for all.")
    about = {
        "run": _text(run, 64),
        "notes": _text(notes, MAX_NOTES),
        "preset": preset if isinstance(preset, str) and preset in PRESETS else "",
    }
    return from_dict({**settings, **about, "base": base})


def changed(preset: str, values: Mapping[str, object]) -> list[Any]:
    """A preset's values with some changed, in the order of NAMES; refuses unknown names."""
    known = dict(zip(NAMES, preset_values(preset), strict=True))
    for name in values:
        if name not in known:
            raise TrainingError(f"There is no setting {name[:60]!r}.", hint=f"{', '.join(NAMES)}.")
    return list((known | dict(values)).values())


def _text(value: object, most: int) -> str:
    """What was typed; too long a name is left for the check of names to refuse."""
    return value.strip()[: most + 1] if isinstance(value, str) else ""
