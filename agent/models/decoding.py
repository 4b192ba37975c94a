"""Choosing tokens one by one: what may follow, when to stop, and how sure the digits were."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import torch

from sightline.agent.models.base import certainty_of
from sightline.agent.models.grammar import Grammar

Decode = Callable[[list[int]], str]
"""Text of token ids, special tokens included."""


class LogitsProcessor(Protocol):
    """As transformers' own: ``ids`` is 1 x tokens so far, ``scores`` 1 x vocabulary."""

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor: ...


class GrammarProcessor:
    """A `LogitsProcessor` for one sequence that masks every token that would leave the grammar.

    ``start`` is the number of tokens before the text, ``before`` text that is already said and counts as part of it.
    The tokens are tried from the likeliest on, and the search ends once the first `WIDTH` of them held an admissible
    one: what is masked beyond would hardly be chosen, and a vocabulary of 150,000 is slow to try. Where nothing can
    follow, the end is forced.
    """

    WIDTH = 64

    def __init__(self, grammar: Grammar, decode: Decode, ends: frozenset[int], start: int, before: str = "") -> None:
        self._grammar = grammar
        self._decode = decode
        self._ends = ends
        self._start = start
        self._before = before
        self._pieces: dict[int, str] = {}

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        said = self._before + self._decode(_as_list(ids[0, self._start :]))
        most = scores.shape[1]
        for tried in (min(self.WIDTH, most), most):
            likeliest = _as_list(scores[0].topk(tried).indices)
            admitted = [token for token in likeliest if self._admits(said, token)]
            if admitted:
                break
        else:
            admitted = list(self._ends)
        masked = torch.full_like(scores, -torch.inf)
        masked[0, admitted] = scores[0, admitted]
        return masked

    def _admits(self, said: str, token: int) -> bool:
        if token in self._ends:
            return self._grammar.matches(said)
        if token not in self._pieces:
            self._pieces[token] = self._decode([token])
        piece = self._pieces[token]
        return bool(piece) and self._grammar.admits(said + piece)


def _as_list(row: torch.Tensor) -> list[int]:
    return cast(Any, row).tolist()


@dataclass
class Decoder:
    """Turns logits into an answer.

    ``ends`` are the tokens that end it and ``stop`` the strings that do; a ``temperature`` of 0 takes the likeliest
    token. ``certainty`` is that of its digits, before any mask.
    """

    decode: Decode
    ends: frozenset[int]
    stop: tuple[str, ...] = ()
    processor: LogitsProcessor | None = None
    temperature: float = 0.0
    generator: torch.Generator | None = None
    on_text: Callable[[str], None] | None = None
    tokens: list[int] = field(default_factory=list[int])
    complete: bool = False
    _likelihoods: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    _told: int = 0

    def choose(self, prompt: list[int], logits: torch.Tensor) -> int | None:
        """The next token given the prompt's ids and the last logits (vocabulary), or None at the end."""
        scores = logits.float()[None]
        likelihoods = scores.log_softmax(-1)
        if self.processor is not None:
            scores = self.processor(torch.tensor([[*prompt, *self.tokens]]), scores)
        token = self._pick(scores[0])
        if token in self.ends:
            self.complete = True
            return None
        self.tokens.append(token)
        self._likelihoods.append((self.decode([token]), float(likelihoods[0, token])))
        text = self.text
        self.complete = any(end in self.decode(self.tokens) for end in self.stop)
        self._tell(text)
        return None if self.complete else token

    @property
    def text(self) -> str:
        """What was written, up to the first stop string."""
        text = self.decode(self.tokens)
        return text[: min((text.index(end) for end in self.stop if end in text), default=len(text))]

    @property
    def certainty(self) -> float | None:
        return certainty_of(self._likelihoods)

    def _pick(self, scores: torch.Tensor) -> int:
        if self.temperature <= 0:
            return int(scores.argmax())
        shares = (scores / self.temperature).softmax(-1)
        return int(torch.multinomial(shares, 1, generator=self.generator))

    def _tell(self, text: str) -> None:
        """Hands on what is certain: no half character, nothing that may turn out to be part of a stop string."""
        held = max((size for end in self.stop for size in _overlaps(text, end)), default=0)
        sure = text if self.complete else text[: len(text) - held]
        if self.on_text is not None and not sure.endswith("�") and len(sure) > self._told:
            self.on_text(sure[self._told :])
            self._told = len(sure)


def _overlaps(text: str, end: str) -> Iterator[int]:
    """How many characters at the end of the text may be the beginning of `end`."""
    return (size for size in range(1, len(end)) if text.endswith(end[:size]))
