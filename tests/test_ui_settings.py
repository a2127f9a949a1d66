"""Settings from flags and variables."""

from __future__ import annotations

import pytest

from ui.settings import Settings, read_settings


def test_flags_beat_variables_and_a_space_is_reached_from_outside() -> None:
    variables = {
        "TEXT2SQL_BASE": "1.5b",
        "TEXT2SQL_ADAPTER": "none",
        "TEXT2SQL_ENDPOINT": "http://x",
    }
    assert read_settings([], variables) == Settings("127.0.0.1", 7860, "1.5b", "none", "http://x")
    assert read_settings(["--base", "0.5b"], variables).base == "0.5b"
    assert read_settings([], {"SPACE_ID": "me/it"}).host == "0.0.0.0"
    with pytest.raises(SystemExit):
        read_settings(["--port", "x"], {})
