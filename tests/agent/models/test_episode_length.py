"""A late step must cost what an early one costs: what is read, what is kept, what is sent."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from sightline.agent.dialects.base import Dialect, Turn
from sightline.agent.dialects.canvas import Budget
from sightline.agent.dialects.messages import Conversation, Picture
from sightline.agent.dialects.registry import dialect_named
from sightline.agent.models.openai import Endpoint, OpenAIModel
from sightline.agent.models.transformers import TransformersModel
from sightline.environments.actions import Wait
from sightline.environments.base import Frame
from sightline.tasks.records import Decision

STEPS = 50
SAID = "Thought: It is still loading.\nAction: Wait a second."


def episode(dialect: Dialect, steps: int) -> Iterator[Conversation]:
    """The question of each step, small pictures of screens that all differ."""
    noise, past = np.random.default_rng(3), list[Turn]()
    for _ in range(steps):
        frame = Frame(noise.integers(0, 255, (112, 224, 3), dtype=np.uint8))
        canvas = dialect.canvas(frame.size, factor=28, budget=Budget(3136, 224 * 112), frame_id=frame.id)
        picture = Picture(frame, canvas)
        yield dialect.ask_action("find the price", past, picture)
        past.append(Turn(picture, Decision(action=Wait(seconds=1), reason="It is still loading.", said=SAID)))


@pytest.mark.parametrize("name", ["qwen2.5-vl", "qwen3-vl", "gui-owl-1.5", "ui-tars-1.5", "os-atlas", "aguvis"])
def test_what_a_step_reads_and_keeps_is_bounded(name: str, checkpoint_of: Callable[[str], Path]) -> None:
    model, read, kept = TransformersModel(str(checkpoint_of("qwen2_vl"))), list[int](), list[int]()
    for question in episode(dialect_named(name), STEPS):
        usage = model.answer(question, limit=1).usage
        read.append(usage.asked - usage.reused)
        kept.append(model.remembered)
    assert max(read[39:]) <= max(read[20:30]) + 10
    assert name == "aguvis" or median(read[39:]) <= 1.05 * median(read[1:10])
    words = len(model.parts.tokenise(SAID)) + 20
    assert kept[-1] <= max(kept[:10]) + 40 * words
    model.close()


@pytest.mark.parametrize(("name", "most"), [("qwen2.5-vl", 1), ("qwen3-vl", 6), ("gui-owl-1.5", 6), ("ui-tars-1.5", 5)])
def test_a_request_holds_no_more_than_the_window(name: str, most: int) -> None:
    model = OpenAIModel(Endpoint("http://127.0.0.1:9/v1", "none"))
    sizes = [len(json.dumps(model.request(question))) for question in episode(dialect_named(name), STEPS)]
    words = len(json.dumps(SAID)) + 200
    assert max(sizes) <= most * sizes[0] + STEPS * words
    assert max(sizes[39:]) <= max(sizes[:10]) + 40 * words
    model.close()
