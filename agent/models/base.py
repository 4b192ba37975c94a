"""The one seam to a model: a conversation in, an answer out."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from sightline.agent.dialects.canvas import Budget
from sightline.agent.dialects.messages import Conversation
from sightline.environments.geometry import Size
from sightline.tasks.records import Usage


@dataclass(frozen=True)
class Answer:
    """A model's text, what it cost and how sure it was.

    ``text`` starts with the assistant's own last message where the conversation ended with one. ``complete`` is False
    when the answer was cut at the limit. ``certainty`` is the mean probability (geometric) of the digits it wrote, 0 to
    1, None when the model does not tell. ``seen`` holds the size at which each picture was truly seen, in order, where
    the model tells; it is what `Canvas.seen_as` wants.
    """

    text: str
    usage: Usage = field(default_factory=Usage)
    complete: bool = True
    certainty: float | None = None
    seen: tuple[Size, ...] = ()


class Model(Protocol):
    """Carries a conversation to a model and its text back; knows no model family's words.

    ``architecture`` is what its config calls it, empty where that cannot be known;
    ``factor`` is the multiple its picture sides need and ``budget`` the fewest and most pixels its processor leaves
    alone, both None where it cannot be known (a server).
    """

    @property
    def name(self) -> str: ...
    @property
    def architecture(self) -> str: ...
    @property
    def factor(self) -> int | None: ...
    @property
    def budget(self) -> Budget | None: ...

    def answer(
        self,
        conversation: Conversation,
        *,
        stop: tuple[str, ...] = (),
        grammar: str = "",
        limit: int = 1024,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """The model's next turn.

        ``stop`` ends it, and is left out of the text; ``grammar`` is a regular expression the whole text should match,
        a wish that a model may be unable to grant; ``limit`` is the most tokens to write; ``on_text`` is called with
        each new piece as it is written. Raises Unavailable when the model or its server cannot be reached or fails.
        """
        ...

    def close(self) -> None:
        """Let go of memory and connections; safe to call twice."""
        ...


def prefill(conversation: Conversation) -> str:
    """What the model is to go on from: the text of a last message that is the assistant's own."""
    return conversation[-1].text if conversation and conversation[-1].role == "assistant" else ""


def certainty_of(tokens: Iterable[tuple[str, float]]) -> float | None:
    """How sure a model was of the numbers it wrote, given each token and the logarithm of its probability.

    It is the geometric mean of the probabilities of those tokens that are digits; None when there are none.
    """
    digits = [likelihood for text, likelihood in tokens if text.strip().isdigit()]
    return math.exp(sum(digits) / len(digits)) if digits else None
