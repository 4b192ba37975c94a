"""Asking a model for marks whose true places are known, and naming the unit that its answers seem to be in."""

import re

from pydantic import BaseModel, ConfigDict

from sightline.agent.dialects.base import SCREENS, Dialect
from sightline.agent.dialects.messages import Picture
from sightline.agent.dialects.units import Guess, guess_unit
from sightline.agent.grounders.vlm import LONGEST, canvas_for
from sightline.agent.models.base import Model
from sightline.environments.calibration import Target, find_marks
from sightline.environments.geometry import Size
from sightline.tasks.records import Usage, total

_PAIR = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:,|\s)\s*(-?\d+(?:\.\d+)?)")


class Asked(BaseModel):
    """How a model answered: the unit its dialect expects, the unit the numbers seem to be in (None when there were none
    to go by), how many of the questions were answered with numbers, and what asking cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    dialect: str
    expected: str
    guess: Guess | None
    questions: int
    answered: int
    usage: tuple[Usage, ...] = ()


def ask_for_marks(target: Target, model: Model, dialect: Dialect) -> Asked:
    """Ask where each mark of a target is, and compare the numbers as they were written with the true places."""
    screen = SCREENS[target.environment.platform]
    frame = target.environment.observe().frame
    canvas = canvas_for(model, dialect, frame, screen)
    truth: list[tuple[float, float]] = []
    answers: list[tuple[float, float]] = []
    usages: list[Usage] = []
    seen: Size = canvas.seen
    marks = find_marks(frame)
    for number, box in enumerate(marks, start=1):
        question = dialect.ask_place(f"mark {number}, the magenta square", Picture(frame, canvas))
        answer = model.answer(question, stop=dialect.stop, limit=LONGEST)
        usages.append(answer.usage.model_copy(update={"role": "grounder", "model": model.name}))
        seen = answer.seen[-1] if answer.seen else seen
        place = written_place(answer.text)
        if place is not None:
            truth.append((box.centre.x, box.centre.y))
            answers.append(place)
    guess = guess_unit(truth, answers, frame.size, seen) if truth else None
    return Asked(
        model=model.name,
        dialect=dialect.name,
        expected=dialect.unit(screen).value,
        guess=guess,
        questions=len(marks),
        answered=len(answers),
        usage=total(usages),
    )


def written_place(text: str) -> tuple[float, float] | None:
    """The first pair of numbers in an answer, or the middle of the first two: a point or a box, in whatever unit."""
    pairs = [(float(x), float(y)) for x, y in _PAIR.findall(text)][:2]
    if not pairs:
        return None
    return sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)


def in_words(asked: Asked) -> str:
    """The finding as one line."""
    told = f"{asked.model} ({asked.dialect}) answered {asked.answered} of {asked.questions} questions"
    if asked.guess is None:
        return f"{told}; no unit can be named, expected {asked.expected}"
    guess = asked.guess
    sure = "seem to be" if guess.sure else "are nearest to, but not surely,"
    said = f"the numbers {sure} {guess.unit.value}, {guess.error:.1f} px off"
    advice = "" if guess.unit.value == asked.expected else f"; the dialect reads them as {asked.expected}: try another"
    return f"{told}; {said}{advice}"
