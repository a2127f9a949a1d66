"""Messages between a process and its child."""

from __future__ import annotations

import pytest

from text2sql.wire import pack, unpack


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(body)


def test_message_round_trip() -> None:
    message = {"a": [1, None, "ü"], "b": {"c": 1.5}}
    assert unpack(pack(message)[4:]) == message
