"""Grounding and deciding by a model: what it is shown, how its numbers become pixels, what happens to nonsense."""

import json
import weakref
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sightline.agent.dialects.base import CannotSay
from sightline.agent.dialects.canvas import Budget
from sightline.agent.dialects.messages import Conversation
from sightline.agent.dialects.registry import dialect_named
from sightline.agent.grounders.vlm import VlmGrounder, around, canvas_for
from sightline.agent.models.base import Answer
from sightline.agent.models.recorded import RecordedModel
from sightline.agent.policies.vlm import VlmPolicy
from sightline.environments.actions import Click, Done, Infeasible
from sightline.environments.base import Frame, Observation, Outcome
from sightline.environments.geometry import Box, Point
from sightline.environments.recorded import Exhausted
from sightline.tasks.records import Ambiguous, Found, NotFound, Step

QWEN2, QWEN25 = dialect_named("qwen2-vl"), dialect_named("qwen2.5-vl")


def seen(shade: int = 0, width: int = 1280, height: int = 720) -> Observation:
    return Observation(Frame(np.full((height, width, 3), shade, np.uint8)))


def box(*corners: int) -> str:
    left, top, right, bottom = corners
    return f"<|box_start|>({left},{top}),({right},{bottom})<|box_end|>"


def call(**arguments: object) -> str:
    return "<tool_call>\n" + json.dumps({"name": "computer_use", "arguments": arguments}) + "\n</tool_call>"


def test_a_box_in_thousandths_becomes_pixels() -> None:
    found = VlmGrounder(RecordedModel([box(250, 500, 750, 1000)]), QWEN2).find("it", seen())
    assert isinstance(found, Found)
    assert found.box.model_dump() == [320, 360, 960, 720]
    assert found.point == Point(x=640, y=540, frame=seen().frame.id)


def test_two_places_are_ambiguous_and_nonsense_is_not_found() -> None:
    grounder = VlmGrounder(RecordedModel([box(0, 0, 9, 9) + box(500, 500, 600, 600), "I see a cat."]), QWEN2)
    assert isinstance(grounder.find("it", seen()), Ambiguous)
    lost = grounder.find("it", seen())
    assert isinstance(lost, NotFound)
    assert "I see a cat." in lost.why


def test_a_second_look_is_mapped_back() -> None:
    model = RecordedModel([box(490, 490, 510, 510), box(0, 0, 500, 500)])
    now = seen()
    found = VlmGrounder(model, QWEN2, zoom=True).find("it", now)
    assert isinstance(found, Found)
    middle = Box(left=627, top=353, right=653, bottom=367)
    crop = around(Found(point=Point(x=640, y=360), box=middle, confidence=1, why=""), now.frame.size)
    assert (found.box.left, found.box.top) == (crop.left, crop.top)
    assert abs(found.box.width - crop.width / 2) <= 1
    assert abs(found.box.height - crop.height / 2) <= 1


def test_a_second_look_that_finds_nothing_leaves_the_first() -> None:
    first = box(490, 490, 510, 510)
    found = VlmGrounder(RecordedModel([first, "Target does not exist"]), QWEN2, zoom=True).find("it", seen())
    alone = VlmGrounder(RecordedModel([first]), QWEN2).find("it", seen())
    assert isinstance(found, Found)
    assert isinstance(alone, Found)
    assert found.box == alone.box


def test_a_processor_with_small_pictures_is_obeyed() -> None:
    model = RecordedModel([])
    model.factor, model.budget = 28, Budget(3136, 168 * 168)
    assert str(canvas_for(model, QWEN2, seen().frame, "computer").seen) == "224x112"
    model.budget = Budget(3136, 12_845_056)
    assert str(canvas_for(model, QWEN2, seen().frame, "computer").seen) == "1288x728"


def decided(policy: VlmPolicy, screens: Iterable[Observation]) -> list[Step]:
    """The steps a policy decides on these screens, each carried out."""
    past: list[Step] = []
    for number, now in enumerate(screens, 1):
        decision = policy.decide(now, past)
        past.append(Step(number=number, frame=now.frame.id, decision=decision, outcome=Outcome(message="")))
    return past


def test_a_policy_clicks_and_ends() -> None:
    model = RecordedModel(
        [call(action="left_click", coordinate=[644, 364]), call(action="terminate", status="success")]
    )
    steps = decided(VlmPolicy("press it", model, QWEN25, platform="browser"), [seen(1), seen(2)])
    assert steps[0].action == Click(at=Point(x=640, y=360, frame=seen(1).frame.id))
    assert isinstance(steps[1].action, Done)


def test_an_answer_that_cannot_be_read_is_asked_for_anew_and_then_given_up() -> None:
    good = call(action="left_click", coordinate=[1, 1])
    policy = VlmPolicy("press it", RecordedModel(["Hm.", good]), QWEN25, platform="browser")
    assert isinstance(decided(policy, [seen()])[0].action, Click)
    policy = VlmPolicy("press it", RecordedModel(["Hm.", "Well.", "So."]), QWEN25, platform="browser")
    assert isinstance(decided(policy, [seen()])[0].action, Infeasible)


def test_one_model_plans_and_another_points() -> None:
    said = "Thought: it is there.\nAction: click the blue square\n" + call(action="left_click", coordinate=[5, 5])
    pointer = VlmGrounder(RecordedModel([box(500, 500, 600, 600)]), QWEN2)
    qwen3 = dialect_named("qwen3-vl")
    policy = VlmPolicy("press it", RecordedModel([said]), qwen3, platform="browser", grounder=pointer)
    (step,) = decided(policy, [seen()])
    assert step.action == Click(at=Point(x=704, y=396, frame=seen().frame.id))
    assert step.decision.target == "click the blue square"


class Listening(RecordedModel):
    """Remembers the texts that it was shown."""

    def __init__(self, answers: Sequence[str]) -> None:
        super().__init__(answers)
        self.heard: list[str] = []

    def answer(self, conversation: Conversation, **given: Any) -> Answer:
        self.heard.append("".join(message.text for message in conversation))
        return super().answer(conversation, **given)


def test_a_long_episode_is_told_whole_and_its_old_screens_are_let_go() -> None:
    model, frames = Listening([call(action="wait", time=1)] * 60), list[weakref.ref[Frame]]()

    def screens() -> Iterator[Observation]:
        for shade in range(60):
            now = seen(shade, 280, 280)
            frames.append(weakref.ref(now.frame))
            yield now

    policy = VlmPolicy("press it", model, QWEN25, platform="browser")
    decided(policy, screens())
    for earlier, later in pairwise(model.heard):
        assert later.startswith(earlier)
    assert "Step 1: " in model.heard[-1]
    assert "Step 59: " in model.heard[-1]
    assert sum(frame() is not None for frame in frames) <= 10


def test_a_family_that_only_points_cannot_plan() -> None:
    uground = dialect_named("uground")
    with pytest.raises(CannotSay, match="--planner"):
        VlmPolicy("press it", RecordedModel([]), uground, platform="browser")


def test_a_recording_that_runs_out_says_so() -> None:
    with pytest.raises(Exhausted, match="record it anew"):
        VlmGrounder(RecordedModel([]), QWEN2).find("it", seen())
