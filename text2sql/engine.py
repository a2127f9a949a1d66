"""The engine: a question on a database -> SQL that was checked, repaired, run, and explained.

schema -> prompt -> generate -> validate -> repair -> execute -> Answer, the same for the page, the
shell, the API and every measurement. It is handed a Generator and knows nothing of torch.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from text2sql.answer import Answer, Candidate
from text2sql.comparing import comparable
from text2sql.database import Database
from text2sql.errors import QuestionError
from text2sql.generator import Completion, Generator, never
from text2sql.problems import Repair
from text2sql.prompt import FINGERPRINT, Prompt, build_prompt, extract_sql, repair_prompt
from text2sql.settling import Settled, settle

MAX_QUESTION_CHARS = 2_000
MAX_CANDIDATES = 16
ANSWERABLE = frozenset({"parse", "names", "bind", "run"})  # what the model may try once more


@dataclass(frozen=True)
class Engine:
    """Asks one generator; `candidates` is how many statements vote unless a call says otherwise.

    Without `repair`, what the model wrote is checked and run as it is.
    """

    generator: Generator
    candidates: int = 1
    repair: bool = True

    @property
    def identity(self) -> str:
        """What an answer depends on besides its question: model, adapter, prompt, repair."""
        mended = "repair" if self.repair else "no repair"
        return f"{self.generator.summary} · prompt {FINGERPRINT} · {mended}"

    def ask(
        self,
        question: str,
        database: Database,
        *,
        candidates: int | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Answer:
        """The whole answer; raises QuestionError, or ModelError if the model can't be used."""
        answer = Answer()
        for answer in self.steps(question, database, candidates=candidates, cancelled=cancelled):
            pass
        return answer

    def steps(
        self,
        question: str,
        database: Database,
        *,
        candidates: int | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[Answer]:
        """The answer as it grows; the last one's step is "done". Raises as `ask` does."""
        count = self.candidates if candidates is None else candidates
        clock = _Clock()
        prompt = self._prompt(question, database)
        clock.add("prompt")
        answer = Answer(
            question=question,
            omitted=prompt.omitted,
            base=self.generator.base,
            adapter=self.generator.adapter,
        )
        completion = Completion()
        for completion in self.generator.stream(prompt, cancelled=cancelled):
            answer = _growing(answer, completion, clock)
            yield answer
        clock.add("generate")
        if completion.stopped:
            yield replace(_told(answer, clock), step="done", error="Stopped.", stopped=True)
            return
        answer = replace(answer, generated=extract_sql(completion.text), step="check")
        yield _told(answer, clock)
        yield from self._settled(answer, prompt, database, count, cancelled, clock)

    def run(self, sql: str, database: Database) -> Answer:
        """A statement that a person wrote, checked and run as it is: problems are told, not mended."""
        clock = _Clock()
        settled = settle(sql, database, mend=False)
        answer = Answer(generated=sql, base=self.generator.base, adapter=self.generator.adapter)
        return _finished(answer, settled, clock)

    def prefetch(self, questions: Sequence[str], database: Database) -> None:
        """Have the model answer several questions on one database side by side, for `ask` later."""
        self.generator.prefetch([self._prompt(question, database) for question in questions])

    def _prompt(self, question: str, database: Database) -> Prompt:
        return build_prompt(_checked(question), database.schema, values=database.values())

    def _settled(
        self,
        answer: Answer,
        prompt: Prompt,
        database: Database,
        count: int,
        cancelled: Callable[[], bool],
        clock: _Clock,
    ) -> Iterator[Answer]:
        """The greedy statement settled, tried once more if need be, and put to the vote."""
        settled = settle(answer.generated, database, mend=self.repair)
        if self.repair and settled.result is None and count == 1 and not cancelled():
            settled = self._second_attempt(prompt, answer, settled, database, cancelled, clock)
        if count > 1 and not cancelled():
            yield replace(_told(answer, clock), sql=settled.sql)
            settled, answer = self._vote(
                prompt, answer, settled, database, min(count, MAX_CANDIDATES), cancelled, clock
            )
        yield _finished(answer, settled, clock)

    def _second_attempt(
        self,
        prompt: Prompt,
        answer: Answer,
        settled: Settled,
        database: Database,
        cancelled: Callable[[], bool],
        clock: _Clock,
    ) -> Settled:
        """The model's own correction, given what the database said; the first one if no better."""
        problem = next((p for p in settled.problems if p.stage in ANSWERABLE), None)
        if problem is None:
            return settled
        clock.start()
        again = Completion()
        for again in self.generator.stream(
            repair_prompt(prompt, settled.sql, problem.message), cancelled=cancelled
        ):
            pass
        clock.add("generate")
        text = extract_sql(again.text)
        if again.stopped or text == answer.generated:
            return settled
        second = settle(text, database)
        if second.result is None:
            return settled
        told = f"The database refused the first statement: {problem.message}"
        repaired = Repair("second_attempt", told, answer.generated, text)
        return replace(
            second,
            repairs=(repaired, *second.repairs),
            validate_ms=settled.validate_ms + second.validate_ms,
            execute_ms=settled.execute_ms + second.execute_ms,
        )

    def _vote(
        self,
        prompt: Prompt,
        answer: Answer,
        greedy: Settled,
        database: Database,
        count: int,
        cancelled: Callable[[], bool],
        clock: _Clock,
    ) -> tuple[Settled, Answer]:
        """The statement whose rows most candidates share; a tie goes to the greedy one's group."""
        clock.start()
        sampled = self.generator.sample(prompt, count - 1, cancelled=cancelled)
        clock.add("generate")
        known = {answer.generated: greedy}
        texts = [answer.generated]
        for completion in sampled:
            if completion.stopped:
                break
            text = extract_sql(completion.text)
            texts.append(text)
            if text not in known:
                known[text] = settle(text, database, mend=self.repair)
        keys = [_rows_key(known[text]) for text in texts]
        votes = Counter(key for key in keys if key is not None)
        best = max(votes, key=lambda key: (votes[key], key == keys[0]), default=None)
        place = keys.index(best) if best is not None else 0
        chosen = known[texts[place]]
        seen = dict(zip(texts, keys, strict=True))
        listed = tuple(
            _candidate(known[text], votes[key] if key is not None else 0, chosen)
            for text, key in seen.items()
        )
        agreement = votes[best] / len(texts) if best is not None else 0.0
        spent = [one for one in known.values() if one is not chosen]
        chosen = replace(
            chosen,
            validate_ms=chosen.validate_ms + sum(one.validate_ms for one in spent),
            execute_ms=chosen.execute_ms + sum(one.execute_ms for one in spent),
        )
        answer = replace(
            answer,
            generated=texts[place],
            candidates=listed,
            agreement=agreement,
            tokens=answer.tokens + sum(c.tokens for c in sampled),
        )
        return chosen, answer


class _Clock:
    """Milliseconds by stage, and since the question came."""

    def __init__(self) -> None:
        self.began = self.mark = time.perf_counter()
        self.spent: defaultdict[str, float] = defaultdict(float)

    def start(self) -> None:
        """Let the next stage begin now."""
        self.mark = time.perf_counter()

    def add(self, stage: str) -> None:
        """Count the time since the last mark to a stage."""
        now = time.perf_counter()
        self.spent[stage] += (now - self.mark) * 1e3
        self.mark = now

    @property
    def total(self) -> float:
        return (time.perf_counter() - self.began) * 1e3


def _checked(question: str) -> str:
    """The question, if it can be asked; raises QuestionError."""
    text = question.strip()
    if not text:
        raise QuestionError("There is no question.", hint="Type what you want to know.")
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"The question has {len(text):,} characters; the most is {MAX_QUESTION_CHARS:,}.",
            hint="Ask in a sentence or two.",
        )
    return text


def _growing(answer: Answer, completion: Completion, clock: _Clock) -> Answer:
    clock.spent["first_token"] = completion.first_token_ms
    return replace(
        answer,
        step="generate",
        generated=extract_sql(completion.text),
        tokens=completion.tokens,
        prompt_tokens=completion.prompt_tokens,
        cached_tokens=completion.cached_tokens,
    )


def _told(answer: Answer, clock: _Clock) -> Answer:
    times = {stage: clock.spent[stage] for stage in answer.timings_ms}
    return replace(answer, timings_ms=times | {"total": clock.total})


def _finished(answer: Answer, settled: Settled, clock: _Clock) -> Answer:
    clock.spent["validate"] = settled.validate_ms
    clock.spent["execute"] = settled.execute_ms
    return replace(
        _told(answer, clock),
        step="done",
        sql=settled.sql,
        valid=settled.valid,
        problems=settled.problems,
        repairs=settled.repairs,
        result=settled.result,
        error=settled.error,
    )


def _rows_key(settled: Settled) -> Hashable | None:
    """What two statements share whose rows are the same, in any order; None if there are none."""
    if settled.result is None:
        return None
    rows = Counter(tuple(map(comparable, row)) for row in settled.result.rows)
    return frozenset(rows.items()), len(settled.result.columns)


def _candidate(settled: Settled, votes: int, chosen: Settled) -> Candidate:
    return Candidate(
        sql=settled.sql,
        votes=votes,
        runs=settled.result is not None,
        rows=len(settled.result.rows) if settled.result else 0,
        chosen=settled is chosen,
        problem=settled.error or "",
    )
