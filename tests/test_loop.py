"""The loop, on screens that were made up: what it asks, does, records and when it ends."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sightline.agent.loop import run
from sightline.environments.actions import Action, Ask, CallTool, Click, Done, Infeasible, Note, Remember, Type, Wait
from sightline.environments.base import Frame, Observation, Outcome
from sightline.environments.geometry import Point
from sightline.environments.recorded import Exhausted, RecordedEnvironment
from sightline.tasks.episode import EpisodeWriter, read_episode
from sightline.tasks.records import Decision, Step, Verdict
from sightline.tasks.steps import NoteStep
from sightline.tasks.task import Limits, Task


def observation(shade: int, taken_at: float = 0.0) -> Observation:
    return Observation(Frame(np.full((20, 30, 3), shade, np.uint8), taken_at=taken_at), title=f"shade {shade}")


class Listed:
    """Decides a list of actions, whatever is seen."""

    def __init__(self, *actions: Action) -> None:
        self._actions = iter(actions)

    def decide(self, now: Observation, past: Sequence[Step]) -> Decision:
        return Decision(action=next(self._actions))


class Strict:
    """Gives a verdict for each kind of action, and keeps what it was asked."""

    def __init__(self, **verdicts: Verdict) -> None:
        self.asked: list[str] = []
        self._verdicts = verdicts

    def review(self, decision: Decision, now: Observation) -> Verdict:
        self.asked.append(decision.action.kind)
        return self._verdicts.get(decision.action.kind, Verdict())


def click(x: int = 1) -> Click:
    return Click(at=Point(x=x, y=1))


def test_it_looks_again_only_after_touching_the_screen() -> None:
    screen = RecordedEnvironment([observation(1), observation(2)])
    steps = list(run(screen, Listed(Note(text="a"), click(), Note(text="b"), Done())))
    assert [step.action.kind for step in steps] == ["note", "click", "note", "done"]
    first, second = observation(1).frame.id, observation(2).frame.id
    assert [step.frame for step in steps] == [first, first, second, second]
    assert screen.acted == [click()]


def test_supervisor_is_asked_about_the_screen_and_for_questions_only() -> None:
    supervisor = Strict(ask=Verdict(reason="blue"))
    screen = RecordedEnvironment([observation(shade) for shade in range(4)])
    policy = Listed(
        Note(text="a"), Wait(seconds=1), click(), Ask(question="which?"), Remember(name="x", value="y"), Done()
    )
    steps = list(run(screen, policy, supervisor=supervisor))
    assert supervisor.asked == ["click", "ask"]
    assert steps[3].outcome.message == "blue"


def test_an_edited_action_is_what_is_done() -> None:
    screen = RecordedEnvironment([observation(1), observation(2)])
    supervisor = Strict(click=Verdict(kind="edit", action=click(9)))
    steps = list(run(screen, Listed(click(), Done()), supervisor=supervisor))
    assert screen.acted == [click(9)]
    assert steps[0].decision.action == click()
    assert steps[0].action == click(9)


def test_a_rejected_action_is_not_done_and_the_policy_goes_on() -> None:
    screen = RecordedEnvironment([observation(1), observation(2)])
    steps = list(run(screen, Listed(click(), Done()), supervisor=Strict(click=Verdict(kind="reject", reason="no"))))
    assert screen.acted == []
    assert steps[0].outcome == Outcome(status="refused", message="rejected by the supervisor: no")
    assert steps[-1].action == Done()


def test_stop_ends_the_run_at_once() -> None:
    screen = RecordedEnvironment([observation(1)])
    steps = list(run(screen, Listed(click(), Done()), supervisor=Strict(click=Verdict(kind="stop"))))
    assert [step.verdict.kind for step in steps] == ["stop"]
    assert screen.acted == []


def test_limits_are_counted_in_steps_and_in_seconds_of_the_observations() -> None:
    many = RecordedEnvironment([observation(1)] * 99)
    last = list(run(many, Listed(*[click()] * 99), limits=Limits(steps=5)))[-1]
    assert last.number == 6
    assert last.action == Infeasible(
        text="stopped after 5 steps, the limit; see limits.steps of a task, --max-steps of do"
    )
    slow = RecordedEnvironment([observation(1, taken_at=10.0 * turn) for turn in range(99)])
    last = list(run(slow, Listed(*[click()] * 99), limits=Limits(seconds=25)))[-1]
    assert last.number == 4
    assert isinstance(last.action, Infeasible)


def test_a_tool_nobody_has_is_refused_in_words() -> None:
    steps = list(run(RecordedEnvironment([observation(1)]), Listed(CallTool(name="fly"), Done())))
    assert steps[0].outcome == Outcome(status="refused", message="there is no tool 'fly'")


def test_a_screen_that_goes_away_ends_it() -> None:
    with pytest.raises(Exhausted):
        list(run(RecordedEnvironment([observation(1)]), Listed(click(), Done())))


def test_what_happens_is_written_as_it_happens(tmp_path: Path) -> None:
    writer = EpisodeWriter(tmp_path / "episode", {"pin": "s3cret!"})
    task = Task(steps=(NoteStep(note="hello"),))
    writer.start(task, {}, "text", "0")
    screen = RecordedEnvironment([observation(1), observation(2)])
    steps = run(screen, Listed(click(), Type(text="it is s3cret!"), Done()), recorder=writer)
    next(steps)
    half = read_episode(tmp_path / "episode")
    assert (len(half.observations), len(half.steps), half.end) == (1, 1, None)
    with pytest.raises(Exhausted):
        list(steps)
    whole = read_episode(tmp_path / "episode")
    assert [seen.title for seen in whole.observations] == ["shade 1", "shade 2"]
    assert whole.steps[0].action == Click(at=Point(x=1, y=1, frame=whole.observations[0].frame.id))
    assert whole.steps[1].action == Type(text="it is ${secrets.pin}")
