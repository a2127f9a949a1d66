"""The engine: a question on a database -> SQL that was checked, repaired, run, and explained.

schema -> prompt -> generate -> validate -> repair -> execute -> Answer, the same for the page, the
shell, the API and every measurement. It is handed a Generator and knows nothing of torch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from text2sql.answer import Answer, Step
from text2sql.clock import Clock
from text2sql.database import Database
from text2sql.errors import GenerationError, QuestionError
from text2sql.generator import Completion, Generator, never
from text2sql.problems import Problem, Repair
from text2sql.prompt import FINGERPRINT, Prompt, build_prompt, extract_sql, repair_prompt
from text2sql.repair.asked import as_asked
from text2sql.settling import Settled, canonical, settle
from text2sql.voting import vote

MAX_QUESTION_CHARS = 2_000
MAX_CANDIDATES = 16
DOUBT = 4
STOPPED = "Stopped."
# What the model may try to mend, what it understands best first; safety is not up for a second try.
ANSWERABLE = ("bind", "run", "parse", "names")


@dataclass(frozen=True)
class Engine:
    """Asks one generator; `candidates` is how many statements vote unless a call says otherwise.

    A statement that stands alone and finds nothing is doubted: `doubt` others are put to the vote
    with it. Without `repair`, what the model wrote is checked and run as it is; without `hints`,
    the model is not shown values of the database.
    """

    generator: Generator
    candidates: int = 1
    doubt: int = DOUBT
    repair: bool = True
    hints: bool = True

    @property
    def identity(self) -> str:
        """What an answer depends on besides its question: model, adapter, prompt, repair."""
        mended = f"repair, doubt {self.doubt}" if self.repair else "no repair"
        shown = "" if self.hints else " · no hints"
        return f"{self.generator.summary} · prompt {FINGERPRINT} · {mended}{shown}"

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
        """The answer as it grows; the last one's step is "done". Raises as `ask` does.

        Once `cancelled` says so, no more is generated: the last answer has `stopped` set, and
        what was found until then.
        """
        clock = Clock()
        with clock.counting("prompt"):
            prompt = self._prompt(question, database)
        asking = _Asking(self, question, prompt, database, cancelled, clock)
        answer = self._answer(question=question.strip(), omitted=prompt.omitted)
        count = self.candidates if candidates is None else candidates
        yield from asking.answers(answer, max(1, min(count, MAX_CANDIDATES)))

    def run(self, sql: str, database: Database) -> Answer:
        """A statement that a person wrote, checked and run as it is: problems are only told."""
        clock = Clock()
        settled = settle(sql, database, rules=())
        clock.count(settled)
        return clock.told(_with(self._answer(generated=sql), settled, step="done"))

    def prefetch(self, questions: Sequence[str], database: Database) -> None:
        """Have the model answer several questions on one database side by side, for `ask` later.

        Questions that `ask` would refuse are left to it.
        """
        prompts = []
        for question in questions:
            with contextlib.suppress(QuestionError):
                prompts.append(self._prompt(question, database))
        if prompts:
            self.generator.prefetch(prompts)

    def warm(self, database: Database, *, cancelled: Callable[[], bool] = never) -> None:
        """Have the model read the schema before anything is asked, so that `ask` needn't wait.

        A schema that is too long is left: which of its tables are read depends on the question.
        """
        values = database.values() if self.hints else None
        prompt = build_prompt("", database.schema, values=values)
        if not prompt.omitted:
            self.generator.warm(prompt, cancelled=cancelled)

    def _prompt(self, question: str, database: Database) -> Prompt:
        values = database.values() if self.hints else None
        return build_prompt(_checked(question), database.schema, values=values)

    def _answer(
        self, *, question: str = "", generated: str = "", omitted: Sequence[str] = ()
    ) -> Answer:
        return Answer(
            question=question,
            generated=generated,
            omitted=tuple(omitted),
            base=self.generator.base,
            adapter=self.generator.adapter,
        )


@dataclass(frozen=True)
class _Asking:
    """One question on its way through an engine."""

    engine: Engine
    question: str
    prompt: Prompt
    database: Database
    cancelled: Callable[[], bool]
    clock: Clock

    def answers(self, answer: Answer, count: int) -> Iterator[Answer]:
        """The greedy statement, settled; put to the vote of `count`; tried once more if need be.

        What stands alone and finds nothing even so is doubted.
        """
        yield self.clock.told(answer)
        for completion in self._stream(self.prompt):
            answer = _growing(answer, completion)
            yield self.clock.told(answer)
        if answer.stopped:
            yield self.clock.told(replace(answer, step="done", error=STOPPED))
            return
        answer = replace(answer, step="check")
        yield self.clock.told(answer)
        settled = self._settle(answer.generated)
        if count > 1:
            yield self.clock.told(_with(answer, settled))
            answer, settled = self._voted(answer, settled, count)
        problem = _answerable(settled) if self.engine.repair else None
        if problem is not None:
            yield self.clock.told(_with(answer, settled))
            answer, settled = self._tried_again(answer, settled, problem)
        if count == 1 and self._doubts(answer, settled):
            yield self.clock.told(_with(answer, settled, step="doubt"))
            answer, settled = self._doubted(answer, settled)
        yield self.clock.told(_with(answer, settled, step="done"))

    def _stream(self, prompt: Prompt) -> Iterator[Completion]:
        """The completions of a prompt; only the generator's own time is counted."""
        stream = iter(self.engine.generator.stream(prompt, cancelled=self.cancelled))
        while True:
            with self.clock.counting("generate"):
                completion = next(stream, None)
            if completion is None:
                return
            self.clock.spent.setdefault("first_token", self.clock.spent["generate"])
            yield completion

    def _settle(self, text: str) -> Settled:
        if not self.engine.repair:
            settled = settle(text, self.database, rules=())
        else:
            asked, slips = as_asked(text, self.question, self.database.schema)
            settled = settle(asked, self.database)
            settled = replace(settled, repairs=(*slips, *settled.repairs))
        self.clock.count(settled)
        return settled

    def _doubts(self, answer: Answer, settled: Settled) -> bool:
        """Whether others shall be asked for; what is unsafe is not up for a second try."""
        unsafe = any(one.stage == "safety" for one in settled.problems)
        wanted = self.engine.repair and self.engine.doubt > 0
        return wanted and settled.found_nothing and not unsafe and not answer.stopped

    def _doubted(self, answer: Answer, first: Settled) -> tuple[Answer, Settled]:
        """The winner of a vote in which what finds rows comes before what finds nothing."""
        count = 1 + self.engine.doubt
        try:
            answer, settled = self._voted(answer, first, count, doubted=True)
        except GenerationError:  # a server may know no samples; the first answer is there
            return answer, first
        if settled is first:
            return answer, first
        share = round((answer.agreement or 0.0) * count)
        told = (
            f"The first statement found nothing; {share} of {count} candidates agree on this one. "
            "Read it with care."
        )
        chosen = Repair("doubted", told, first.sql, settled.sql)
        return answer, replace(settled, repairs=(chosen, *settled.repairs))

    def _voted(
        self, answer: Answer, greedy: Settled, count: int, *, doubted: bool = False
    ) -> tuple[Answer, Settled]:
        """The winner of the vote between the greedy statement and sampled ones."""
        sampled: list[Completion] = []
        if not self.cancelled():
            with self.clock.counting("generate"):
                sampled = self.engine.generator.sample(
                    self.prompt, count - 1, cancelled=self.cancelled
                )
        if not sampled or any(one.stopped for one in sampled):
            return replace(answer, stopped=True), greedy
        texts = [answer.generated, *(extract_sql(one.text) for one in sampled)]
        known = {answer.generated: greedy}
        for text in texts:
            if text not in known:
                known[text] = self._settle(text)
        found = vote(texts, known, doubted=doubted)
        answer = replace(
            answer,
            generated=found.text,
            drafted=answer.generated if found.text != answer.generated else "",
            candidates=found.candidates,
            agreement=found.agreement,
            tokens=answer.tokens + sum(one.tokens for one in sampled),
        )
        return answer, found.settled

    def _tried_again(
        self, answer: Answer, settled: Settled, problem: Problem
    ) -> tuple[Answer, Settled]:
        """The model's own correction, given what the database said; the first one if no better."""
        if self.cancelled() or answer.stopped:
            return replace(answer, stopped=True), settled
        prompt = repair_prompt(self.prompt, settled.sql, problem.message)
        again = Completion()
        with contextlib.suppress(GenerationError):  # the longer prompt may be too long
            for again in self._stream(prompt):
                pass
        answer = replace(answer, tokens=answer.tokens + again.tokens, stopped=again.stopped)
        text = extract_sql(again.text)
        if again.stopped or not text or canonical(text) == canonical(settled.sql):
            return answer, settled
        second = self._settle(text)
        if second.result is None:
            return answer, settled
        told = f"The database refused the first statement: {problem.message}"
        repaired = Repair("second_attempt", told, settled.sql, text)
        return answer, replace(second, repairs=(repaired, *second.repairs))


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


def _growing(answer: Answer, completion: Completion) -> Answer:
    return replace(
        answer,
        step="generate",
        generated=extract_sql(completion.text),
        tokens=completion.tokens,
        prompt_tokens=completion.prompt_tokens,
        cached_tokens=completion.cached_tokens,
        stopped=completion.stopped,
    )


def _answerable(settled: Settled) -> Problem | None:
    """The problem that the model may try to mend, if there are no rows and it may."""
    if settled.result is not None:
        return None
    found = {one.stage: one for one in reversed(settled.problems)}
    return next((found[stage] for stage in ANSWERABLE if stage in found), None)


def _with(answer: Answer, settled: Settled, step: Step = "check") -> Answer:
    return replace(
        answer,
        step=step,
        sql=settled.sql,
        valid=settled.valid,
        problems=settled.problems,
        repairs=settled.repairs,
        result=settled.result,
        error=settled.error,
    )
