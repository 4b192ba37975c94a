"""What is said to a model and what it says back: the language dialects and models share.

A dialect writes messages, a model carries them as they are and returns text; neither knows the other.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

from sightline.agent.dialects.canvas import Canvas
from sightline.environments.base import Frame, Pixels
from sightline.tools.errors import InputError
from sightline.tools.image import encode_png

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Picture:
    """A frame as the model is to see it.

    ``canvas`` says how it is cropped and resized. ``frame`` is None once its pixels were let go: a step so old that it
    is told in words needs the canvas only.
    """

    frame: Frame | None
    canvas: Canvas

    @property
    def frame_id(self) -> str:
        """The id of the frame."""
        return self.canvas.frame_id if self.frame is None else self.frame.id

    def without_pixels(self) -> "Picture":
        """The same place in a history, with nothing to look at."""
        return Picture(None, replace(self.canvas, frame_id=self.frame_id))

    @cached_property
    def pixels(self) -> Pixels:
        """What to send: height x width x 3, RGB, exactly `canvas.seen` in size, not to be resized again."""
        if self.frame is None:
            raise ValueError(f"the pixels of frame {self.frame_id} were let go; expected a picture that is not shown")
        return self.canvas.draw(self.frame)

    @cached_property
    def png(self) -> bytes:
        """The same as a lossless PNG file."""
        return encode_png(self.pixels)

    @cached_property
    def id(self) -> str:
        """A hash of what is sent: equal pictures have equal ids."""
        return Frame(self.pixels).id


@dataclass(frozen=True)
class Video:
    """What happened on a screen, for a model to watch.

    ``frames`` are two or more pictures of one size (each height x width x 3, RGB), ``times`` the seconds at which they
    were seen, rising; `sightline.tools.video.read_frames` takes both from a file. Only models in this process read
    videos. Raises InputError for frames and times that are no video.
    """

    frames: tuple[Pixels, ...]
    times: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.frames) < 2 or len(self.frames) != len(self.times):
            raise InputError(
                f"a video of {len(self.frames)} frames and {len(self.times)} times; expected as many, two at least"
            )
        if any(later <= earlier for earlier, later in pairwise(self.times)):
            raise InputError("a video's times do not rise; expected the second at which each frame was seen")
        if len({frame.shape for frame in self.frames}) > 1:
            raise InputError("a video's frames differ in size; expected one size for all")

    @property
    def spacing(self) -> float:
        """Seconds from frame to frame, on average."""
        return (self.times[-1] - self.times[0]) / (len(self.times) - 1)

    @cached_property
    def id(self) -> str:
        """A hash of its frames and times."""
        told = "".join(Frame(frame).id for frame in self.frames) + repr(self.times)
        return hashlib.sha256(told.encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation: pieces of text, pictures and videos in the order the model reads them.

    A conversation that ends with an assistant message asks the model to go on from that text, not to open a new turn.
    """

    role: Role
    parts: tuple[str | Picture | Video, ...]

    @property
    def text(self) -> str:
        """Its text alone."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Its pictures alone, in order."""
        return tuple(part for part in self.parts if isinstance(part, Picture))

    @property
    def sights(self) -> tuple[Picture | Video, ...]:
        """Its pictures and videos, in order."""
        return tuple(part for part in self.parts if not isinstance(part, str))


Conversation = tuple[Message, ...]
