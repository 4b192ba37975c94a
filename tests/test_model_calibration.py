"""Naming the unit of a model's answers, with models that answer rightly in one unit or another."""

from collections.abc import Callable

import numpy as np
import pytest

from sightline.agent.calibration import ask_for_marks, in_words, written_place
from sightline.agent.dialects.messages import Conversation
from sightline.agent.dialects.registry import dialect_named
from sightline.agent.models.base import Answer
from sightline.environments.base import Frame, Observation
from sightline.environments.calibration import MARK, Arrival, find_marks
from sightline.environments.recorded import RecordedEnvironment
from sightline.tasks.records import Usage
from sightline.tasks.words import tell_usage


class Marks:
    """A target of six marks that is only looked at."""

    name = "six marks"

    def __init__(self) -> None:
        pixels = np.full((800, 1000, 3), 255, np.uint8)
        for x, y in ((100, 80), (500, 80), (900, 80), (100, 700), (480, 650), (900, 720)):
            pixels[y : y + 12, x : x + 12] = MARK
        self.frame = Frame(pixels)
        self.environment = RecordedEnvironment([Observation(self.frame)])

    def arrival(self, now: Observation) -> Arrival | None:
        return None


class Knowing:
    """A model that knows where the marks are and writes it as it is told to."""

    name = "knowing"
    architecture = ""
    factor = 28
    budget = None

    def __init__(self, target: Marks, write: Callable[[float, float], str]) -> None:
        self._places = iter([(box.centre.x, box.centre.y) for box in find_marks(target.frame)])
        self._write = write

    def answer(
        self,
        conversation: Conversation,
        *,
        stop: tuple[str, ...] = (),
        grammar: str = "",
        limit: int = 1024,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        return Answer(self._write(*next(self._places)), Usage(asked=1000, answered=9, money=0.25))

    def close(self) -> None:
        return


def per_thousand(x: float, y: float) -> str:
    return f"({round(x)},{round(y / 0.8)})"


def per_one(x: float, y: float) -> str:
    return f"[{x / 1000:.3f}, {y / 800:.3f}]"


def boxed(x: float, y: float) -> str:
    return f"<box>({x - 9},{y / 0.8 - 9}),({x + 9},{y / 0.8 + 9})</box>"


def blind(x: float, y: float) -> str:
    return "I cannot see it"


@pytest.mark.parametrize(("write", "unit"), [(per_thousand, "0-1000"), (per_one, "0-1"), (boxed, "0-1000")])
def test_the_unit_is_named_whatever_the_dialect_expects(write: Callable[[float, float], str], unit: str) -> None:
    target = Marks()
    asked = ask_for_marks(target, Knowing(target, write), dialect_named("qwen2-vl"))
    assert asked.guess is not None
    assert (asked.guess.unit.value, asked.answered, asked.questions) == (unit, 6, 6)
    assert ("try another" in in_words(asked)) is (unit != "0-1000")


def test_answers_without_numbers_name_no_unit() -> None:
    target = Marks()
    asked = ask_for_marks(target, Knowing(target, blind), dialect_named("qwen2-vl"))
    assert (asked.guess, asked.questions, asked.answered) == (None, 6, 0)
    assert [tell_usage(usage) for usage in asked.usage] == [
        "grounder knowing: 6 requests, 6,000 tokens in, 54 out, cost 1.5"
    ]
    assert "no unit can be named" in in_words(asked)


@pytest.mark.parametrize(
    ("text", "place"), [("(1, 2)", (1, 2)), ("(0,0),(10,20)", (5, 10)), ("<point>3 4</point>", (3, 4)), ("none", None)]
)
def test_numbers_are_taken_as_they_stand(text: str, place: tuple[float, float] | None) -> None:
    assert written_place(text) == place
