"""A recorded run decided again: its pictures through the real loop, policy, grounder and supervisor, and compared."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sightline.agent.dialects.base import SCREENS
from sightline.agent.dialects.registry import dialect_named
from sightline.agent.grounders.base import Grounder
from sightline.agent.grounders.registry import make_grounder
from sightline.agent.grounders.vlm import VlmGrounder
from sightline.agent.loop import needs_review, run
from sightline.agent.models.recorded import RecordedModel
from sightline.agent.policies.base import Policy
from sightline.agent.policies.script import ScriptPolicy
from sightline.agent.policies.vlm import VlmPolicy
from sightline.agent.supervisors.base import RecordedSupervisor
from sightline.environments.actions import Infeasible, LoopAction, Note, map_points, points_of
from sightline.environments.geometry import Point
from sightline.environments.recorded import Exhausted, RecordedEnvironment
from sightline.tasks.episode import Episode
from sightline.tasks.records import Found, Step
from sightline.tasks.variables import fill
from sightline.tasks.words import describe
from sightline.tools.sight import Sight

_WORDS = (Note, Infeasible)
"""Actions that say why: another version may word it otherwise, and another engine reads boxes a pixel larger."""


@dataclass(frozen=True)
class Difference:
    """A step that came out otherwise than it was recorded."""

    number: int
    source: str
    recorded: str
    replayed: str

    def __str__(self) -> str:
        where = f" ({self.source})" if self.source else ""
        return f"step {self.number}{where}: recorded {self.recorded}; now {self.replayed}"


@dataclass
class Replay:
    """How a recorded run came out when decided again."""

    steps: int = 0
    differences: list[Difference] = field(default_factory=list[Difference])

    @property
    def same(self) -> bool:
        return not self.differences


def replay(episode: Episode) -> Replay:
    """Decide an episode again, without its screen, and compare step by step; stops at the first difference.

    Everything after a different step would be seen on pictures that belong to another run. An episode that breaks off
    is compared as far as it goes.
    """
    result = Replay()
    recorded = iter(episode.steps)
    try:
        for step in _again(episode):
            before = next(recorded, None)
            if before is None:
                if episode.end is not None:
                    result.differences.append(_difference(step, "nothing more", describe(step.action)))
                return result
            result.steps += 1
            result.differences.extend(compare(before, step))
            if result.differences:
                return result
    except Exhausted as error:
        before = next(recorded, None)
        if before is not None:
            result.differences.append(_difference(before, describe(before.action), str(error)))
        elif episode.end is not None and episode.end.status in ("passed", "failed"):
            last = episode.steps[-1]
            result.differences.append(_difference(last, "the end", str(error)))
        return result
    before = next(recorded, None)
    if before is not None:
        result.differences.append(_difference(before, describe(before.action), "nothing more"))
    return result


def compare(recorded: Step, replayed: Step) -> Iterator[Difference]:
    """What differs between a step and the same step decided again.

    A point may move within the box that was found, as it does when text is read by another engine: the same control.
    What notes and failures say in words is not compared, only that they are there and for which step.
    """
    before, after = recorded.decision, replayed.decision
    if not _same_action(recorded, replayed):
        yield _difference(recorded, _told(recorded), _told(replayed))
    elif (before.source, before.target) != (after.source, after.target):
        yield _difference(recorded, f"{before.target!r} of {before.source}", f"{after.target!r} of {after.source}")
    elif recorded.outcome != replayed.outcome:
        yield _difference(recorded, recorded.outcome.message, replayed.outcome.message)


def _again(episode: Episode) -> Iterator[Step]:
    outcomes = [step.outcome for step in episode.steps if _reached_screen(step)]
    environment = RecordedEnvironment(episode.observations, outcomes, episode.start.platform)
    sight = Sight()
    grounder = _pointer(episode) or make_grounder(episode.start.grounder, sight, episode.start.platform)
    planner = _planner(episode, grounder)
    policy = ScriptPolicy(episode.start.task, episode.start.values, grounder, sight, planner)
    supervisor = RecordedSupervisor([step for step in episode.steps if needs_review(step.decision.action)])
    answers = (step.answers for step in episode.steps)
    return run(
        environment, policy, supervisor=supervisor, limits=episode.start.task.limits, answers=lambda: next(answers, ())
    )


def _pointer(episode: Episode) -> Grounder | None:
    """The model that was asked where things are, saying again what it said."""
    known = episode.start.pointer
    if known is None:
        return None
    model = RecordedModel.from_episode(episode, "grounder")
    return VlmGrounder(model, dialect_named(known.dialect), screen=SCREENS[episode.start.platform], zoom=known.zoom)


def _planner(episode: Episode, grounder: Grounder) -> Policy | None:
    """The policy that pursued the goal, its model saying again what it said."""
    known, task = episode.start.planner, episode.start.task
    if known is None:
        return None
    return VlmPolicy(
        fill(task.goal, episode.start.values, "goal"),
        RecordedModel.from_episode(episode),
        dialect_named(known.dialect),
        platform=episode.start.platform,
        grounder=grounder if episode.start.grounder != "text" else None,
    )


def _reached_screen(step: Step) -> bool:
    return step.verdict.kind in ("approve", "edit") and not isinstance(step.action, LoopAction)


def _same_action(recorded: Step, replayed: Step) -> bool:
    before, after = recorded.decision.action, replayed.decision.action
    if before == after or (isinstance(before, _WORDS) and before.kind == after.kind):
        return True
    nowhere = Point(x=0, y=0)
    if map_points(before, lambda _: nowhere) != map_points(after, lambda _: nowhere):
        return False
    found = recorded.decision.grounding
    return isinstance(found, Found) and all(found.box.contains(point) for point in points_of(after))


def _told(step: Step) -> str:
    target = f" <{step.decision.target}>" if step.decision.target else ""
    return describe(step.decision.action) + target


def _difference(step: Step, recorded: str, replayed: str) -> Difference:
    return Difference(step.number, step.decision.source, recorded, replayed)
