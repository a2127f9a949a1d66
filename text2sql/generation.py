"""The local model as a Generator: streamed, cancellable, with the schema's work done once.

A schema's keys and values stay in a small cache, so that each further question on it pays for its
own words only. Knows nothing of SQL beyond where a statement ends.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from transformers import DynamicCache

from text2sql.adapters import Adapters
from text2sql.errors import GenerationError
from text2sql.generator import Completion, never
from text2sql.prompt import Prompt, is_finished, render
from text2sql.zero_gpu import on_gpu

MAX_NEW_TOKENS = 256
MAX_PROMPT_TOKENS = 8_000
CACHED_SCHEMAS = 8
SAMPLING_TOP_P = 0.95
NUCLEUS_AT_MOST = 256
PIECE = 256  # tokens of a schema that are read ahead before others have their turn: a second's work
YIELD_S = 0.01  # a lock that is let go and taken at once is never anybody else's
LOOP_TOKENS = 24  # a tail that repeats what came just before, so long, is a loop


@dataclass(frozen=True)
class _Request:
    """A prompt in token ids: the schema's part and the question's."""

    prefix: tuple[int, ...]
    own: tuple[int, ...]


@dataclass
class PrefixCache:
    """Keys and values of schemas lately asked about, the least recent dropped first."""

    entries: OrderedDict[tuple[Any, ...], DynamicCache] = field(default_factory=OrderedDict)

    def pop(self, key: tuple[Any, ...]) -> DynamicCache:
        """What is known of the key, which is then forgotten; an empty cache if nothing is."""
        return self.entries.pop(key, None) or DynamicCache()

    def put(self, key: tuple[Any, ...], cache: DynamicCache) -> None:
        """Remember a cache as the latest."""
        self.entries[key] = cache
        while len(self.entries) > CACHED_SCHEMAS:
            self.entries.popitem(last=False)


class LocalGenerator:
    """A base in memory and one of its adapters, or none.

    Generators on the same `Adapters` share its lock: one generation at a time, since two that
    compute on the same cores are slower than one after the other.
    """

    def __init__(self, adapters: Adapters, adapter: str | None = None) -> None:
        self.adapters = adapters
        self.adapter = adapter
        self.base = adapters.base.name
        self._schemas = PrefixCache()
        self._ahead: dict[_Request, Completion] = {}
        self._stream_on_gpu = on_gpu(self._decode)
        self._batch_on_gpu = on_gpu(self._decode_batch)
        self._logits_on_gpu = on_gpu(self._logits)

    @property
    def summary(self) -> str:
        """One line for people: model, precision, device, adapter."""
        base = self.adapters.base
        mark = self.adapters.fingerprint(self.adapter)[:8]
        with_adapter = f"adapter {self.adapter} ({mark})" if self.adapter else "no adapter"
        return f"{base.name} · {base.precision} · {base.device} · {with_adapter}"

    def stream(
        self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
    ) -> Iterator[Completion]:
        """The greedy completion as it grows; the last one has `done` set."""
        request = self._request(prompt)
        if request in self._ahead:
            yield self._ahead.pop(request)
            return
        with self._turn(), contextlib.closing(self._stream_on_gpu(request)) as states:
            for state in states:
                if cancelled():
                    yield replace(state, done=True, stopped=True)
                    return
                yield state

    def sample(
        self,
        prompt: Prompt,
        count: int,
        *,
        temperature: float = 0.8,
        seed: int = 0,
        cancelled: Callable[[], bool] = never,
    ) -> list[Completion]:
        """`count` sampled completions, decoded as one batch."""
        if count < 1:
            return []
        with self._turn():
            choose = _Sampler(temperature, seed)
            return self._batch([self._request(prompt)] * count, choose, cancelled)

    def prefetch(self, prompts: Sequence[Prompt]) -> None:
        """Decode prompts on one schema greedily as a batch, for `stream` to hand out later."""
        requests = [self._request(prompt) for prompt in prompts]
        with self._turn():
            for prefix in dict.fromkeys(request.prefix for request in requests):
                group = list(dict.fromkeys(r for r in requests if r.prefix == prefix))
                found = self._batch(group, _greedy, never)
                self._ahead |= dict(zip(group, found, strict=True))

    def warm(self, prompt: Prompt, *, cancelled: Callable[[], bool] = never) -> None:
        """Compute the keys and values of the prompt's context, a piece at a time.

        Between two pieces others have their turn; one that asks about the same goes on from there.
        """
        prefix = self._request(prompt).prefix
        for end in (*range(PIECE, len(prefix), PIECE), len(prefix)):
            if cancelled():
                return
            with self._turn():
                self._schema_cache(prefix, end)
            time.sleep(YIELD_S)

    def next_logits(self, prompt: Prompt) -> torch.Tensor:
        """The logits of the reply's first token, (vocabulary,), float32: what adapters change."""
        with self._turn():
            return self._logits_on_gpu(self._request(prompt))

    def _logits(self, request: _Request) -> torch.Tensor:
        cache, _ = self._schema_cache(request.prefix)
        logits = self._forward(torch.tensor([request.own]), cache)
        _cut_back(cache, len(request.prefix))
        return logits[0].float()

    def _turn(self) -> AbstractContextManager[None]:
        return self.adapters.active(self.adapter)

    def _request(self, prompt: Prompt) -> _Request:
        tokenizer = self.adapters.base.tokenizer
        shared, own = (
            tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
            for text in render(tokenizer, prompt)
        )
        if len(shared) + len(own) > MAX_PROMPT_TOKENS:
            raise GenerationError(
                f"Schema and question are {len(shared) + len(own):,} tokens; "
                f"the model reads at most {MAX_PROMPT_TOKENS:,}.",
                hint="Leave out the tables that the question does not need.",
            )
        return _Request(shared, own)

    @torch.inference_mode()
    def _forward(
        self,
        ids: torch.Tensor,
        cache: DynamicCache,
        *,
        positions: torch.Tensor | None = None,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Logits after the last token, (batch, vocabulary); `cache` grows by `ids`."""
        device = self.adapters.base.device
        if mask is None and device == "cpu" and ids.shape[1] == 1:
            # With a mask, transformers puts the heads that share keys side by side as queries: ten
            # times as quick on a CPU as PyTorch's own grouping, which it asks for without one.
            mask = torch.ones(1, 1, 1, cache.get_seq_length() + 1, dtype=torch.bool)
        return (
            self.adapters.model(
                input_ids=ids.to(device),
                past_key_values=cache,
                position_ids=None if positions is None else positions.to(device),
                attention_mask=None if mask is None else mask.to(device),
                use_cache=True,
                logits_to_keep=1,
            )
            .logits[:, -1]
            .cpu()
        )

    def _schema_cache(
        self, prefix: tuple[int, ...], end: int | None = None
    ) -> tuple[DynamicCache, bool]:
        """Keys and values of the schema's part, or up to `end`, and whether they were there."""
        key = (self.adapters.fingerprint(self.adapter), prefix)
        cache = self._schemas.pop(key)  # what breaks off half-way is not kept
        missing = prefix[cache.get_seq_length() : end]
        if missing:
            self._forward(torch.tensor([missing]), cache)
        self._schemas.put(key, cache)
        return cache, not missing

    def _decode(self, request: _Request) -> Generator[Completion]:
        """The greedy completion after each token, until it ends or nobody wants more of it."""
        began = time.perf_counter()
        cache, known = self._schema_cache(request.prefix)
        state = Completion(
            prompt_tokens=len(request.prefix) + len(request.own),
            cached_tokens=len(request.prefix) if known else 0,
        )
        out: list[int] = []
        try:
            logits = self._forward(torch.tensor([request.own]), cache)
            while not state.done:
                token = int(logits[0].argmax())
                out.append(token)
                first = state.first_token_ms or _ms_since(began)
                state = self._step(replace(state, first_token_ms=first), out, began)
                yield state
                if not state.done:
                    logits = self._forward(torch.tensor([[token]]), cache)
        finally:
            _cut_back(cache, len(request.prefix))

    def _step(self, state: Completion, out: list[int], began: float) -> Completion:
        """The completion after one more token."""
        text = str(self.adapters.base.tokenizer.decode(out, skip_special_tokens=True))
        return replace(
            state,
            text=text,
            tokens=len(out),
            total_ms=_ms_since(began),
            done=self._ends(out, text),
        )

    def _ends(self, out: list[int], text: str) -> bool:
        ended = out[-1] in self.adapters.end_tokens or len(out) >= MAX_NEW_TOKENS
        return ended or is_finished(text) or _loops(out)

    def _batch(
        self,
        requests: Sequence[_Request],
        choose: Callable[[torch.Tensor], torch.Tensor],
        cancelled: Callable[[], bool],
    ) -> list[Completion]:
        """The completions of requests that share a prefix, cut short where cancelled."""
        states: list[Completion] = []
        for states in self._batch_on_gpu(requests, choose):
            if cancelled():
                return [s if s.done else replace(s, done=True, stopped=True) for s in states]
        return states

    def _decode_batch(
        self, requests: Sequence[_Request], choose: Callable[[torch.Tensor], torch.Tensor]
    ) -> Iterator[list[Completion]]:
        """Completions of requests that share a prefix, side by side, after each token.

        Shorter questions are padded on the left, behind the shared prefix; the mask hides the
        padding, and each row's positions go on from the prefix's end. Rows that are done leave
        the batch.
        """
        began = time.perf_counter()
        shared, known = self._schema_cache(requests[0].prefix)
        cache = copy.deepcopy(shared)
        cache.batch_repeat_interleave(len(requests))
        cached = len(requests[0].prefix) if known else 0
        states = [
            Completion(prompt_tokens=len(r.prefix) + len(r.own), cached_tokens=cached)
            for r in requests
        ]
        outs: list[list[int]] = [[] for _ in requests]
        ids, mask, positions = _left_padded(requests)
        alive = list(range(len(requests)))
        while alive:
            tokens = choose(self._forward(ids, cache, positions=positions, mask=mask))
            for token, row in zip(tokens.tolist(), alive, strict=True):
                outs[row].append(token)
                states[row] = self._step(states[row], outs[row], began)
            yield list(states)
            kept = torch.tensor([i for i, row in enumerate(alive) if not states[row].done])
            if len(kept) < len(alive):
                alive = [alive[i] for i in kept.tolist()]
                if alive:
                    cache.batch_select_indices(kept)
                    tokens, mask, positions = tokens[kept], mask[kept], positions[kept]
            mask = torch.cat([mask, torch.ones(len(mask), 1, dtype=mask.dtype)], dim=1)
            ids, positions = tokens[:, None], positions[:, -1:] + 1


def _left_padded(
    requests: Sequence[_Request],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids (batch, own), mask (batch, prefix + own) and positions (batch, own)."""
    prefix = len(requests[0].prefix)
    longest = max(len(request.own) for request in requests)
    ids, mask, positions = [], [], []
    for request in requests:
        gap = longest - len(request.own)
        ids.append([request.own[0]] * gap + list(request.own))
        mask.append([1] * prefix + [0] * gap + [1] * len(request.own))
        positions.append([prefix] * gap + list(range(prefix, prefix + len(request.own))))
    return torch.tensor(ids), torch.tensor(mask), torch.tensor(positions)


def _cut_back(cache: DynamicCache, length: int) -> None:
    """Make the cache `length` tokens long again: the question is forgotten, the schema kept."""
    extra = cache.get_seq_length() - length
    if extra > 0:
        cache.crop(-extra)


def _greedy(logits: torch.Tensor) -> torch.Tensor:
    return logits.argmax(dim=-1)


class _Sampler:
    """Nucleus sampling (Holtzman et al., 2020) with a seed of its own."""

    def __init__(self, temperature: float, seed: int) -> None:
        self.temperature = temperature
        self.random = torch.Generator().manual_seed(seed)

    def __call__(self, logits: torch.Tensor) -> torch.Tensor:
        shares = (logits.float() / self.temperature).softmax(dim=-1)
        # Almost all of the mass is in a few tokens, and sorting the whole vocabulary costs 25 ms.
        ordered, places = shares.topk(min(NUCLEUS_AT_MOST, shares.shape[-1]), dim=-1)
        ordered[ordered.cumsum(dim=-1) - ordered > SAMPLING_TOP_P] = 0.0
        chosen = torch.multinomial(ordered, 1, generator=self.random)
        return places.gather(-1, chosen)[:, 0]


def _loops(out: list[int]) -> bool:
    """Whether the tail says again what it just said: a short cycle, many times over."""
    tail = out[-LOOP_TOKENS:]
    if len(tail) < LOOP_TOKENS:
        return False
    return any(
        all(tail[i] == tail[i - cycle] for i in range(cycle, LOOP_TOKENS))
        for cycle in (1, 2, 3, 4, 6)
    )


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1e3
