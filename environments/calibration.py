"""Measuring where input arrives: marks are found in the picture, clicked, and the screen tells where the clicks came.

A kind of screen joins by a `Target`: something that shows marks of the colour `MARK`, each with its number written
beside it, and tells for the last click which mark it was nearest to and how far from that mark's corner.
"""

import math
import time
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sightline.environments.actions import Click
from sightline.environments.base import Environment, Frame, Observation
from sightline.environments.geometry import Box, Point
from sightline.tools.errors import Unavailable

MARK = (255, 0, 255)
"""Red, green, blue of a mark; nothing else on a target has this colour."""

PATIENCE = 5.0
"""Seconds a target may take to be painted, and a click to arrive."""


class Arrival(BaseModel):
    """Where a click arrived: from the top left corner of the mark with a number, in device pixels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mark: int
    x: float
    y: float


class Target(Protocol):
    """A screen that shows marks and tells where clicks arrive; numbers run from 1 in reading order."""

    @property
    def name(self) -> str: ...

    @property
    def environment(self) -> Environment: ...

    def arrival(self, now: Observation) -> Arrival | None:
        """Where the last click arrived, `now` being what was observed after it; None when none came."""
        ...


class Measure(BaseModel):
    """How far clicks on one target came from where they were meant, in frame pixels; None when one never came."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    frame: str
    scale: tuple[float, float]
    clicks: int
    error: int | None


def find_marks(frame: Frame) -> list[Box]:
    """The boxes of the marks in a frame, in reading order."""
    painted = np.all(frame.pixels == MARK, axis=2).astype(np.uint8)
    stats = cast(NDArray[np.int32], cv2.connectedComponentsWithStats(painted)[2])
    boxes = [
        Box(left=left, top=top, right=left + width, bottom=top + height, frame=frame.id)
        for left, top, width, height, _ in stats[1:].tolist()
    ]
    return sorted(boxes, key=lambda box: (box.top, box.left))


def measure(target: Target) -> Measure:
    """Click each mark, in its middle or in a corner; raises Unavailable when no mark is seen."""
    environment = target.environment
    deadline = time.monotonic() + PATIENCE
    now = environment.observe()
    while (
        not (marks := find_marks(now.frame)) and time.monotonic() < deadline
    ):  # a window may be there before its content
        now = environment.observe()
    if not marks:
        raise Unavailable(f"{target.name}: the target's marks are not to be seen; is something in front of it?")
    errors: list[float] = []
    for number, box in enumerate(marks, start=1):
        corners = box.centre, Point(x=box.left, y=box.top), Point(x=box.right - 1, y=box.bottom - 1)
        aim = corners[number % 3]
        environment.act(Click(at=aim.on(now.frame.id)))
        now, arrival = _arrival(target, number)
        errors.append(_error(arrival, aim, box))
    worst = max(errors)
    return Measure(
        target=target.name,
        frame=str(now.frame.size),
        scale=now.frame.scale,
        clicks=len(errors),
        error=None if math.isinf(worst) else int(worst),
    )


def _arrival(target: Target, number: int) -> tuple[Observation, Arrival | None]:
    """What is seen once a click has arrived at the mark it was meant for, or when the time for it is up."""
    deadline = time.monotonic() + PATIENCE
    while True:
        now = target.environment.observe()
        arrival = target.arrival(now)
        if arrival is not None and arrival.mark == number:
            return now, arrival
        if time.monotonic() > deadline:
            return now, None
        time.sleep(0.02)


def _error(arrival: Arrival | None, aim: Point, box: Box) -> float:
    """Whole pixels between the pixel that was meant and the one that was hit, on the worse axis."""
    if arrival is None:
        return math.inf
    across = math.floor(arrival.x) - (aim.x - box.left)
    down = math.floor(arrival.y) - (aim.y - box.top)
    return max(abs(across), abs(down))
