"""How a script looks, waits and acts: each move is a decision that the loop carries out before the next look."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from sightline.agent.grounders.base import Grounder
from sightline.agent.grounders.phrases import with_role
from sightline.agent.grounders.roles import Role
from sightline.agent.policies.conditions import Judgement, judge
from sightline.environments import actions as do
from sightline.environments.base import Observation
from sightline.environments.geometry import Box, Point
from sightline.tasks.conditions import Condition
from sightline.tasks.records import Ambiguous, Decision, Found, NotFound, Step
from sightline.tasks.steps import Target
from sightline.tasks.task import Limits
from sightline.tasks.variables import fill
from sightline.tools.sight import Sight

Look = TypeVar("Look")
Decisions = Generator[Decision, None, None]

LOOK_AGAIN = (0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between looks for something that is not there yet; the last goes on."""
STALE_TRIES = 5


class StepFailed(Exception):
    """A step of the script cannot be fulfilled; becomes the `Infeasible` that ends the run."""

    def __init__(self, why: str, grounding: Found | NotFound | Ambiguous | None = None) -> None:
        super().__init__(why)
        self.grounding = grounding


@dataclass(frozen=True)
class Spot:
    """Where an action goes: the point, and how it was found when a phrase named it."""

    point: Point
    target: str
    found: Found | None = None

    @property
    def box(self) -> Box:
        """What was found, or the pixel that was named."""
        x, y = self.point.x, self.point.y
        return self.found.box if self.found else Box(left=x, top=y, right=x + 1, bottom=y + 1, frame=self.point.frame)


class Hands:
    """What the steps of a script share: the screen as it is now, the variables, and the moves made of them.

    ``now`` and ``past`` are brought up to date before each decision is asked for; ``source`` names the step at hand.
    """

    def __init__(self, values: dict[str, str], grounder: Grounder, sight: Sight, limits: Limits) -> None:
        self.values = dict(values)
        self.grounder = grounder
        self.sight = sight
        self.limits = limits
        self.source = ""
        self.now: Observation
        self.past: Sequence[Step] = ()

    def fill(self, text: str) -> str:
        return fill(text, self.values, self.source)

    # looking

    def find(self, target: Target, role: Role | None = None) -> Generator[Decision, None, Spot]:
        """Look for a target, in the role the step needs, until it is there or ``limits.find`` seconds have gone by."""
        if isinstance(target, Point):
            size = self.now.frame.size
            if target.x >= size.width or target.y >= size.height:
                raise StepFailed(f"the point {target} lies outside the frame of {size}")
            return Spot(target.on(self.now.frame.id), str(target))
        phrase = self.fill(target)
        result = yield from self.until(
            lambda: self.look_for(phrase, role),
            lambda result: isinstance(result, Found),
            f"{phrase!r} is not there yet",
        )
        if isinstance(result, Found):
            return Spot(result.point, phrase, result)
        raise StepFailed(f"{phrase!r}: {result.why}", result)

    def until(
        self, look: Callable[[], Look], good: Callable[[Look], bool], reason: str, seconds: float | None = None
    ) -> Generator[Decision, None, Look]:
        """Look until it is good or `seconds` (``limits.find``) have gone by on the observations' clock."""
        started = self.now.frame.taken_at
        for turn in count():
            seen = look()
            waited = self.now.frame.taken_at - started
            if good(seen) or waited >= (self.limits.find if seconds is None else seconds):
                return seen
            yield self.say(do.Wait(seconds=LOOK_AGAIN[min(turn, len(LOOK_AGAIN) - 1)]), reason)
        raise AssertionError

    def look_for(
        self, phrase: str, role: Role | None = None, seen: Observation | None = None
    ) -> Found | NotFound | Ambiguous:
        return self.grounder.find(with_role(phrase, role) if role else phrase, seen or self.now)

    def judge(self, condition: Condition) -> Judgement:
        return judge(condition, self.now, self.grounder, self.sight, self.fill)

    def expect(self, condition: Condition, seconds: float | None = None) -> Decisions:
        """Wait for a condition."""
        patience = seconds if condition.can_change else 0.0
        judgement = yield from self.until(
            lambda: self.judge(condition), lambda judgement: judgement.holds, "not so yet", patience
        )
        if not judgement.holds:
            raise StepFailed(judgement.why, judgement.grounding)
        yield self.say(do.Note(text=judgement.why), grounding=judgement.grounding)

    # acting

    def touch(
        self, target: Target, make: Callable[[Point], do.Action], reason: str, role: Role | None = None
    ) -> Decisions:
        """Find a target and do something at its point; found anew when the screen moves on in between."""
        for _ in range(STALE_TRIES):
            spot = yield from self.find(target, role)
            if (yield from self.attempt(make(spot.point), reason, spot)):
                return
        raise StepFailed(f"the screen does not come to rest around {target}")

    def act(self, action: do.Action, reason: str, spot: Spot | None = None) -> Decisions:
        """Carry out an action, on a screen that must not move on."""
        if not (yield from self.attempt(action, reason, spot)):
            raise StepFailed(f"the screen does not come to rest: {self.past[-1].outcome.message}")

    def attempt(self, action: do.Action, reason: str, spot: Spot | None = None) -> Generator[Decision, None, bool]:
        """Carry out an action; False when the screen had moved on and it should be decided anew."""
        status = yield from self.offer(action, reason, spot)
        if status in ("refused", "failed"):
            raise StepFailed(self.past[-1].outcome.message)
        return status == "done"

    def offer(self, action: do.Action, reason: str, spot: Spot | None = None) -> Generator[Decision, None, str]:
        """Carry out an action if the screen takes it; what came of it."""
        yield self.say(action, reason, spot.target if spot else "", spot.found if spot else None)
        last = self.past[-1]
        if last.verdict.kind == "reject":
            raise StepFailed(f"rejected: {last.verdict.reason or 'no reason given'}")
        return last.outcome.status

    def say(
        self,
        action: do.Action,
        reason: str = "",
        target: str = "",
        grounding: Found | NotFound | Ambiguous | None = None,
    ) -> Decision:
        return Decision(action=action, reason=reason, source=self.source, target=target, grounding=grounding)
