"""What several tabs share."""

from __future__ import annotations

MODEL_QUEUE = "model"  # the concurrency_id of every event that uses the model
