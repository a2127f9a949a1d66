"""Questions about who did what to what: people, deeds and things have a table each.

Each function writes one kind of question, or finds that it can't be asked.
"""

from __future__ import annotations

from finetune.synthesis.author import Author, Pair, need
from finetune.synthesis.filters import spoken
from finetune.synthesis.phrasing import LIST, NUMBER
from finetune.synthesis.words import event_verbs, is_person, plural
from text2sql.ddl.quoting import literal


def action(a: Author) -> Pair:
    """'How many customers bought eggs in November?' where people, deeds and things have tables."""
    deeds = [
        (event, person, thing)
        for event in a.facts.tables
        if event_verbs(event.name)
        for person in a.facts.links
        if person.child is event and is_person(a.noun(person.parent))
        for thing in a.facts.links
        if thing.child is event and thing.parent is not person.parent and thing.parent.label
    ]
    event, person, thing = need(a.one_of(deeds))
    label = need(thing.parent.label)
    value = need(a.one_of(label.values[:40]))
    dates = event.of_kind("date")
    when = a.filters(event, 1, [c for c in event.columns if c.kind != "date"]) if dates else []
    slots = {
        "people": plural(a.noun(person.parent)), "did": a.rng.choice(event_verbs(event.name)),
        "v": spoken(value, a.rng), "thing": a.noun(thing.parent),
        "when": when[0].words if when and when[0].words.startswith(("in ", "during")) else "",
    }  # fmt: skip
    chosen = when if slots["when"] else []
    clause = " AND ".join([f"{label.sql} = {literal(value)}", *(f.sql for f in chosen)])
    if a.chance(0.5) or not person.parent.labels:
        question = a.say(
            (
                "How many [different |]{people} {did} {v} {when}",
                "How many {people} {did} the {thing} {v} {when}",
                f"{NUMBER} {{people}} who {{did}} {{v}} {{when}}",
                "Count the [different |distinct |]{people} who {did} {v} {when}",
                "number of {people} who {did} {v} {when}",
                "{when_first}how many {people} {did} {v}",
            ),
            **slots, when_first=f"{slots['when']}, " if slots["when"] else "",
        )  # fmt: skip
        return Pair(
            question,
            f"SELECT COUNT(DISTINCT {person.child_key}) FROM {thing.tables} WHERE {clause}",
        )
    question = a.say(
        (
            "Which {people} {did} {v} {when}",
            "Who {did} {v} {when}",
            f"{LIST} the {{people}} who {{did}} {{v}} {{when}}",
            f"{LIST} all {{people}} who {{did}} the {{thing}} {{v}} {{when}}",
            "{people} who {did} {v} {when}",
            "What {people} {did} {v} {when}",
        ),
        **slots,
    )
    return Pair(
        question,
        f"SELECT DISTINCT {a.labels(person.parent)} FROM {thing.tables} {person.up} WHERE {clause}",
    )


DEEDS = ((action, 4),)
