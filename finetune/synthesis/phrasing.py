"""Wordings with choices in them, and what people do to a question before they send it.

    say(rng, ("[Show|List] {things}", "What are {things}"), things="the names")

`[a|b]` stands for one of its parts (they may nest, and be empty). Knows nothing of SQL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_QUESTION = re.compile(
    r"(how|what|which|who|whose|when|where|is|are|do|does|did|can|could|would|has|have|in which|"
    r"on which|for which|by how|to which|at which|of which|from which)\b",
    re.IGNORECASE,
)
LIST = (
    "[List|Show|Show me|Give me|Find|Display|Return|Get|Tell me|Please list|I want to see|I need|"
    "Can you show me|Could you list|Provide|Pull up|What are]"
)
COUNT = "[How many|Count how many|Tell me how many|Can you tell me how many]"
NUMBER = (
    "[What is the number of|Count the|What's the total number of|Give me the number of|"
    "Find the number of|Show the number of|Return the number of|I need the count of]"
)
TELL = "[What is|What's|Tell me|Give me|Show|Find|Show me|Return|I'd like to know]"


def expand(template: str, rng: Random) -> str:
    """One of the texts that a template stands for.

    >>> expand("[a|a] [b[c|c]|bc]", Random(0))
    'a bc'
    """
    while match := _CHOICE.search(template):
        chosen = rng.choice(match.group(1).split("|"))
        template = template[: match.start()] + chosen + template[match.end() :]
    return template


def fill(rng: Random, templates: Sequence[str], **slots: object) -> str:
    """A phrase: one template, expanded, with its slots filled."""
    return " ".join(expand(rng.choice(templates), rng).format(**slots).split())


def say(rng: Random, templates: Sequence[str], **slots: object) -> str:
    """A question or a command: a phrase with its capital and its end, mostly."""
    text = re.sub(r"\s+([,?.!])", r"\1", fill(rng, templates, **slots))
    text = re.sub(r"\b(all|the) \1\b", r"\1", text)
    return _as_typed(text, rng)


def _as_typed(text: str, rng: Random) -> str:
    asks = _QUESTION.match(text) or re.search(r"[,:] (how|what|which|who)\b", text)
    end = "?" if asks else "."
    if rng.random() < 0.12 or (end == "." and rng.random() < 0.35):
        end = ""
    if rng.random() < 0.03:
        text = f"{text[0].lower()}{text[1:]}, please"
    if rng.random() < 0.06:
        return text[0].lower() + text[1:] + end
    return text[0].upper() + text[1:] + end
