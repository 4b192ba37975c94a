"""The one loop: observe, decide, review, act, until something ends it. Everything else iterates over its steps."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from sightline.agent.policies.base import Policy
from sightline.agent.supervisors.base import Supervisor, Unsupervised
from sightline.environments.actions import (
    Action,
    Answer,
    Ask,
    CallTool,
    Done,
    Infeasible,
    LoopAction,
    Note,
    Remember,
    Wait,
)
from sightline.environments.base import DONE, Element, Environment, Observation, Outcome
from sightline.tasks.records import Answered, Decision, Step, Timing, Verdict
from sightline.tasks.task import Limits
from sightline.tasks.words import tell_money

ENDING = (Done, Infeasible, Answer)


class Recorder(Protocol):
    """Where what happens is written down as it happens: an `EpisodeWriter`."""

    def observation(self, seen: Observation) -> None: ...

    def elements(self, elements: tuple[Element, ...]) -> None: ...

    def facts(self, answers: Mapping[str, str | None]) -> None: ...

    def step(self, step: Step) -> None: ...


def run(
    environment: Environment,
    policy: Policy,
    *,
    supervisor: Supervisor | None = None,
    recorder: Recorder | None = None,
    limits: Limits | None = None,
    answers: Callable[[], tuple[Answered, ...]] = tuple,
) -> Iterator[Step]:
    """Yield each step once it is done; the last one is `Done`, `Answer` or `Infeasible`, or was stopped.

    ``answers`` is asked after each decision for what models said during it.

    Raises Unavailable when the screen goes away. Time is counted by the observations, so a recorded run that is played
    again ends where it ended.
    """
    supervisor, limits = supervisor or Unsupervised(), limits or Limits()
    past: list[Step] = []
    watch = Stopwatch()
    now = _look(environment, recorder)
    observing, started = watch.lap(), now.frame.taken_at
    while True:
        decision = _over(limits, past, now.frame.taken_at - started) or policy.decide(now, past)
        deciding = watch.lap()
        verdict = _review(supervisor, decision, now)
        reviewing = watch.lap()
        action = verdict.action or decision.action
        outcome = _carry_out(environment, action, verdict)
        timing = Timing(observe=observing, decide=deciding, review=reviewing, act=watch.lap())
        step = Step(
            number=len(past) + 1, frame=now.frame.id, decision=decision, verdict=verdict, outcome=outcome,
            timing=timing, answers=answers(),
        )  # fmt: skip
        past.append(step)
        if recorder is not None:
            if "elements" in now.__dict__:
                recorder.elements(now.elements)
            if now.facts.asked:
                recorder.facts(now.facts.asked)
            recorder.step(step)
        yield step
        if isinstance(action, ENDING) or verdict.kind == "stop":
            return
        watch.lap()
        if not isinstance(action, LoopAction):
            now = _look(environment, recorder)
        observing = watch.lap()


class Stopwatch:
    """Milliseconds from lap to lap."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def lap(self) -> float:
        before, self._last = self._last, time.perf_counter()
        return round(1000 * (self._last - before), 2)


def _look(environment: Environment, recorder: Recorder | None) -> Observation:
    seen = environment.observe()
    if recorder is not None:
        recorder.observation(seen)
    return seen


def _over(limits: Limits, past: list[Step], seconds: float) -> Decision | None:
    """The decision that ends a run which takes too long."""
    if len(past) >= limits.steps:
        return _stopped(f"after {limits.steps} steps", "steps")
    if seconds > limits.seconds:
        return _stopped(f"after {limits.seconds:g} s", "seconds")
    spent = sum(usage.money for step in past for usage in step.usage)
    if limits.money is not None and spent >= limits.money:
        return _stopped(f"when models had cost {tell_money(spent)} of {tell_money(limits.money)}", "money")
    return None


def _stopped(when: str, limit: str) -> Decision:
    """Ends the run, and says how each command calls the limit."""
    option = "--max-cost" if limit == "money" else f"--max-{limit}"
    return Decision(action=Infeasible(text=f"stopped {when}, the limit; see limits.{limit} of a task, {option} of do"))


def _review(supervisor: Supervisor, decision: Decision, now: Observation) -> Verdict:
    return supervisor.review(decision, now) if needs_review(decision.action) else Verdict()


def needs_review(action: Action) -> bool:
    """Whether a supervisor is asked: for what touches the screen, and for questions."""
    return isinstance(action, Ask) or not isinstance(action, LoopAction | Wait)


def _carry_out(environment: Environment, action: Action, verdict: Verdict) -> Outcome:
    if verdict.kind in ("reject", "stop"):
        said = {"reject": "rejected", "stop": "stopped"}[verdict.kind]
        return Outcome(status="refused", message=f"{said} by the supervisor: {verdict.reason or 'no reason given'}")
    match action:
        case Ask():
            return Outcome(message=verdict.reason)
        case CallTool():
            return Outcome(status="refused", message=f"there is no tool {action.name!r}")
        case Note() | Remember() | Answer() | Done() | Infeasible():
            return DONE
        case _:
            return environment.act(action)
