"""A GPU lent for a moment: Hugging Face's ZeroGPU, where its package `spaces` is installed.

There, what computes runs in a process of its own that holds the GPU; arguments and results are
pickled on their way. Elsewhere nothing changes. Knows nothing of models.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LENT_S = 30  # seconds a call may hold the GPU: many times what an answer takes


def is_lent() -> bool:
    """Whether this is such a Space: the model is then to be in memory before the page is up."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def on_gpu(task: Callable[P, R]) -> Callable[P, R]:
    """The task, run where the GPU is. Arguments and results must be such as can be pickled."""
    try:
        import spaces  # only a Space has it
    except ImportError:
        return task
    lend: Any = spaces.GPU
    lent: Callable[P, R] = lend(task, duration=LENT_S)
    return lent
