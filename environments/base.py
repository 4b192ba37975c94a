"""What every screen offers: `observe`, `act`, `close`; and what it is seen as: a `Frame` inside an `Observation`."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sightline.environments.actions import ScreenAction
from sightline.environments.geometry import Box, Point, Size
from sightline.tools.image import decode_image, encode_png
from sightline.tools.process import process_names

Pixels = NDArray[np.uint8]
"""Height x width x 3, red green blue."""

Platform = Literal["browser", "desktop", "android"]


@dataclass(frozen=True, eq=False)
class Frame:
    """One screenshot.

    ``scale`` is screenshot pixels per input unit, across and down apart (2.0 on a HiDPI screen whose mouse moves in CSS
    pixels or points); ``origin`` is where the frame's top left pixel lies in input units (a second monitor's place);
    ``taken_at`` is in seconds since the epoch.
    """

    pixels: Pixels = field(repr=False)
    scale: tuple[float, float] = (1.0, 1.0)
    origin: tuple[float, float] = (0.0, 0.0)
    taken_at: float = 0.0
    encoded: bytes | None = field(default=None, repr=False)

    @classmethod
    def from_png(
        cls,
        data: bytes,
        *,
        scale: tuple[float, float] = (1.0, 1.0),
        origin: tuple[float, float] = (0.0, 0.0),
        taken_at: float = 0.0,
    ) -> "Frame":
        """A frame from an encoded picture, which is kept as it came; raises InputError when it cannot be read."""
        return cls(decode_image(data), scale=scale, origin=origin, taken_at=taken_at, encoded=data)

    @cached_property
    def id(self) -> str:
        """A hash of the pixels and their size: equal pictures have equal ids."""
        digest = hashlib.blake2b(repr(self.pixels.shape).encode(), digest_size=10)
        digest.update(np.ascontiguousarray(self.pixels).data)
        return digest.hexdigest()

    @property
    def size(self) -> Size:
        return Size(width=self.pixels.shape[1], height=self.pixels.shape[0])

    @cached_property
    def png(self) -> bytes:
        """The frame as a lossless PNG file."""
        return self.encoded if self.encoded is not None else encode_png(self.pixels)

    def to_input(self, point: Point) -> tuple[float, float]:
        """Where the middle of this pixel lies in the input units of the screen (CSS pixels, points)."""
        return (
            (point.x + 0.5) / self.scale[0] + self.origin[0],
            (point.y + 0.5) / self.scale[1] + self.origin[1],
        )

    def from_input(self, x: float, y: float) -> Point:
        """The pixel of this frame under a place given in input units, kept inside the frame."""
        return self.clamp((x - self.origin[0]) * self.scale[0], (y - self.origin[1]) * self.scale[1])

    def clamp(self, x: float, y: float) -> Point:
        """The pixel that holds the place (x, y) of the frame, or the nearest pixel of the frame."""
        height, width = self.pixels.shape[:2]
        return Point(x=min(max(int(x // 1), 0), width - 1), y=min(max(int(y // 1), 0), height - 1), frame=self.id)


class Element(BaseModel):
    """Something the platform itself knows to be on the screen: a role, a name and where it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    name: str
    box: Box
    value: str = ""
    checked: bool | None = None


class OpenDialog(BaseModel):
    """A dialog that blocks the screen until a `Dialog` action answers it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["alert", "confirm", "prompt", "beforeunload"]
    message: str
    default: str = ""


Fact = Literal["file", "clipboard", "windows", "processes", "shell", "phone_file"]
"""What can be asked beside the picture: a file's text, the clipboard's, the windows' titles, the running programs; of a
phone, what a command prints and a file's text."""


class Facts:
    """What the machine answers at the moment of one observation; None for what it cannot tell or has not.

    Each question is asked once, and ``asked`` keeps the answers by ``kind`` or ``kind name``, so that they can be
    recorded and given again.
    """

    def __init__(self, read: Callable[[Fact, str], str | None] | None = None) -> None:
        self._read = read or read_fact
        self.asked: dict[str, str | None] = {}

    @classmethod
    def known(cls, answers: Mapping[str, str | None]) -> "Facts":
        """Facts that were recorded."""
        return cls(lambda kind, name: answers.get(f"{kind} {name}".strip()))

    def ask(self, kind: Fact, name: str = "") -> str | None:
        question = f"{kind} {name}".strip()
        if question not in self.asked:
            self.asked[question] = self._read(kind, name)
        return self.asked[question]


def read_fact(kind: Fact, name: str) -> str | None:
    """What is the same whatever the screen: a file's text, and the programs that run, one a line."""
    match kind:
        case "file":
            try:
                return Path(name).read_text(encoding="utf-8", errors="replace")
            except OSError:
                return None
        case "processes":
            return "\n".join(process_names())
        case "clipboard" | "windows" | "shell" | "phone_file":
            return None


@dataclass(frozen=True)
class Observation:
    """What is seen at one moment, and what the platform says of it cheaply.

    ``busy`` says that the platform knows something to be on its way: a page is loading. ``title`` and ``location`` are
    the page's title and URL, the window's title and program, or the activity and package. ``chooser`` says that a file
    chooser waits for an `Upload`. ``events`` tells in words what happened since the observation before: a tab opened, a
    file was downloaded. ``elements`` are read from the platform when first asked for, and so are ``facts``.
    """

    frame: Frame
    title: str = ""
    location: str = ""
    busy: bool = False
    dialog: OpenDialog | None = None
    chooser: bool = False
    events: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts, repr=False, compare=False)
    read_elements: Callable[[], tuple[Element, ...]] = field(default=tuple, repr=False, compare=False)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        return self.read_elements()


class Outcome(BaseModel):
    """What came of an action: carried out, refused because the platform cannot, tried and failed, or not tried because
    the screen is no longer the one it was decided on (stale).

    ``message`` is a sentence a person and a model can read; empty when there is nothing to add.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["done", "refused", "failed", "stale"] = "done"
    message: str = ""


DONE = Outcome()


def refused(action: ScreenAction, platform: str, instead: str = "") -> Outcome:
    """The outcome of an action that a platform has no way to carry out."""
    hint = f"; {instead}" if instead else ""
    return Outcome(status="refused", message=f"{action.kind!r} cannot be done on {platform}{hint}")


@runtime_checkable
class Environment(Protocol):
    """A screen that can be seen and acted on.

    ``act`` takes points of the frame that was observed last and raises `StaleFrame` for any other; it raises
    `Unavailable` when the screen has gone (a closed browser, an unplugged device).
    """

    @property
    def platform(self) -> Platform: ...

    def observe(self) -> Observation:
        """See the screen now."""
        ...

    def act(self, action: ScreenAction) -> Outcome:
        """Carry out one action and return when the input was delivered, not when the screen has settled."""
        ...

    def close(self) -> None:
        """Let go of the screen; safe to call twice."""
        ...


class StaleFrame(ValueError):
    """A point belongs to another frame than the one it is used with: the caller's mistake, never the user's."""
