"""What was decided and what came of it: the records an episode is made of, and the loop and policies speak in."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sightline.environments.actions import Action
from sightline.environments.base import Outcome
from sightline.environments.geometry import Box, Point, Size


class Record(BaseModel):
    """Base of everything that is written to a file or sent to a model: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Found(Record):
    """A phrase was found: where to click, the box of the thing, how sure (0 to 1), and why this one."""

    kind: Literal["found"] = "found"
    point: Point
    box: Box
    confidence: float
    why: str


class Candidate(Record):
    """Something that came near a phrase without being it; ``likeness`` runs from 0 to 1."""

    text: str
    box: Box
    likeness: float


class NotFound(Record):
    """A phrase was not found; the nearest candidates, best first, help to see why."""

    kind: Literal["not_found"] = "not_found"
    why: str
    nearest: tuple[Candidate, ...] = ()


class Ambiguous(Record):
    """A phrase fits several things equally well, in reading order; an ordinal or a relation would tell them apart."""

    kind: Literal["ambiguous"] = "ambiguous"
    why: str
    candidates: tuple[Found, ...]


Grounding = Annotated[Found | NotFound | Ambiguous, Field(discriminator="kind")]


class Decision(Record):
    """One action and why it was chosen.

    ``source`` names where it comes from (``task.yaml:12``), ``reason`` says it in words, ``target`` and ``grounding``
    tell how its point was found, ``said`` is a model's own text, ``flags`` marks what a reader should know
    (``clamped``: the model pointed outside the frame).
    """

    action: Action
    reason: str = ""
    source: str = ""
    target: str = ""
    grounding: Grounding | None = None
    said: str = ""
    flags: tuple[str, ...] = ()


Role = Literal["planner", "grounder"]
"""What a model is asked for: what to do next, or where something is."""


class Usage(Record):
    """What the answers of a model cost, in a role where it is known.

    ``asked`` and ``answered`` count tokens; of those asked, ``reused`` had been read before. ``pictures`` counts the
    pictures that were encoded in this process, ``requests`` and ``sent`` what went to a server, the tries that failed
    too, and its bytes; ``money`` is in the currency of the price.
    """

    role: Role | None = None
    model: str = ""
    requests: int = 1
    asked: int = 0
    reused: int = 0
    answered: int = 0
    pictures: int = 0
    sent: int = 0
    seconds: float = 0.0
    money: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        """Both together, under the name of the first."""
        counts = ("requests", "asked", "reused", "answered", "pictures", "sent", "seconds", "money")
        return self.model_copy(update={name: getattr(self, name) + getattr(other, name) for name in counts})


def total(usages: Iterable[Usage]) -> tuple[Usage, ...]:
    """One sum for each model in each role, in the order they were first asked."""
    sums: dict[tuple[Role | None, str], Usage] = {}
    for usage in usages:
        key = (usage.role, usage.model)
        sums[key] = sums[key] + usage if key in sums else usage
    return tuple(sums.values())


class Answered(Record):
    """One answer of a model while a step was decided: its text and what it cost.

    ``seen`` are the sizes at which it saw the pictures and ``certainty`` how sure it was (0 to 1), where it told.
    """

    text: str
    usage: Usage
    seen: tuple[Size, ...] = ()
    certainty: float | None = None


class Verdict(Record):
    """What the supervisor says of a decision; ``action`` is the action to take instead when it was edited."""

    kind: Literal["approve", "edit", "reject", "stop"] = "approve"
    action: Action | None = None
    reason: str = ""


class Timing(Record):
    """Where a step's time went, in milliseconds."""

    observe: float = 0.0
    decide: float = 0.0
    review: float = 0.0
    act: float = 0.0


class Step(Record):
    """One turn of the loop: the frame it was decided on, the decision, the verdict and what came of it.

    ``answers`` is what models said while it was decided.
    """

    number: int
    frame: str
    decision: Decision
    verdict: Verdict = Verdict()
    outcome: Outcome = Outcome()
    timing: Timing = Timing()
    answers: tuple[Answered, ...] = ()

    @property
    def action(self) -> Action:
        """What was done: the decision's action, or the supervisor's instead."""
        return self.verdict.action or self.decision.action

    @property
    def usage(self) -> tuple[Usage, ...]:
        """What deciding it cost, for each model."""
        return total(answer.usage for answer in self.answers)
