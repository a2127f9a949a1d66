"""What the page is started with: flags, or the environment variables that stand behind them.

Knows nothing of gradio or of models.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from text2sql.weights import DEFAULT_BASE


@dataclass(frozen=True)
class Settings:
    """`adapter` is a name, a path, "none", or "" for the newest released one."""

    host: str = "127.0.0.1"
    port: int = 7860
    base: str = DEFAULT_BASE
    adapter: str = ""
    endpoint: str = ""


def read_settings(
    arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """The settings of a command line; a flag beats its variable. Exits with 2 for wrong use."""
    parser = argparse.ArgumentParser(
        prog="app.py", description="A page that turns questions into SQL, checks it and runs it."
    )
    # A Space is reached from outside its container; anything else only from this machine.
    host = "0.0.0.0" if environment.get("SPACE_ID") else "127.0.0.1"
    parser.add_argument("--host", default=host, help="address to listen at (default: %(default)s)")
    port = environment.get("GRADIO_SERVER_PORT") or "7860"  # a string default is parsed, too
    parser.add_argument(
        "--port", type=int, default=port, help="(GRADIO_SERVER_PORT; default: %(default)s)"
    )
    parser.add_argument(
        "--base",
        default=environment.get("TEXT2SQL_BASE") or DEFAULT_BASE,
        help="base model: 0.5b, 1.5b, a hub name or a folder (TEXT2SQL_BASE; default: %(default)s)",
    )
    parser.add_argument(
        "--adapter",
        default=environment.get("TEXT2SQL_ADAPTER", ""),
        help="adapter's name or path, or none (TEXT2SQL_ADAPTER; default: the newest released)",
    )
    parser.add_argument(
        "--endpoint",
        default=environment.get("TEXT2SQL_ENDPOINT", ""),
        help="ask an OpenAI-compatible server at this URL instead (TEXT2SQL_ENDPOINT)",
    )
    found = parser.parse_args(arguments)
    return Settings(found.host, found.port, found.base, found.adapter, found.endpoint)


def training_allowed(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this page may train: TEXT2SQL_TRAINING says on or off; a Space is off by itself.

    >>> training_allowed({}), training_allowed({"SPACE_ID": "me/x"})
    (True, False)
    """
    usual = "off" if environment.get("SPACE_ID") else "on"
    return (environment.get("TEXT2SQL_TRAINING") or usual).strip().lower() == "on"
