"""A streamed chat completion put together from its pieces, as any server may send them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from sightline.agent.models.base import certainty_of


class _Delta(BaseModel):
    content: str | None = None


class _Token(BaseModel):
    token: str
    logprob: float


class _Likelihoods(BaseModel):
    content: list[_Token] = []


class _Choice(BaseModel):
    delta: _Delta = _Delta()
    finish_reason: str | None = None
    logprobs: Any = None
    """An extra that servers shape differently; what cannot be read is as good as none."""


class _Known(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Known | None = None


class _Chunk(BaseModel):
    """The part of a streamed piece that is used; whatever else a server sends is ignored."""

    choices: list[_Choice] = []
    usage: _Usage | None = None


@dataclass
class Reply:
    """What came so far: the text, why it ended (empty until it has), and the tokens counted."""

    on_text: Callable[[str], None] | None = None
    text: str = ""
    finish: str = ""
    begun: bool = False
    asked: int = 0
    reused: int = 0
    answered: int = 0
    _tokens: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    def add(self, piece: object) -> None:
        """Take up a piece as JSON; raises ValidationError for one that is of no chat completion."""
        self.begun = True
        chunk = _Chunk.model_validate(piece)
        if chunk.usage is not None:
            known = chunk.usage.prompt_tokens_details
            self.reused = (known.cached_tokens or 0) if known else 0
            self.asked, self.answered = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
        for choice in chunk.choices[:1]:
            self.finish = choice.finish_reason or self.finish
            self._tokens += _likelihoods(choice.logprobs)
            if choice.delta.content:
                self.text += choice.delta.content
                if self.on_text is not None:
                    self.on_text(choice.delta.content)

    @property
    def certainty(self) -> float | None:
        """That of its digits, where the server told how likely they were."""
        return certainty_of(self._tokens)


def _likelihoods(told: Any) -> list[tuple[str, float]]:
    try:
        return [(token.token, token.logprob) for token in _Likelihoods.model_validate(told or {}).content]
    except ValidationError:
        return []
