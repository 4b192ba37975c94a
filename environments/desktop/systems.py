"""The seam to a window system: windows, pointer, keyboard layout and clipboard; one small class per platform."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Area(NamedTuple):
    """A rectangle of the desktop in its input units: the pixels, or on macOS the points, in which the mouse moves."""

    left: int
    top: int
    width: int
    height: int

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True)
class Window:
    """One top-level window. ``chooser`` says that it is a file chooser, ``dialog`` that it waits for an answer."""

    id: int
    title: str
    program: str
    pid: int
    area: Area
    dialog: bool = False
    chooser: bool = False


class Control(NamedTuple):
    """What an application tells of something it shows: ``role`` as ARIA calls it, such as the ``cell`` of a table."""

    role: str
    name: str
    area: Area
    selected: bool
    focused: bool


class Clipboard(Protocol):
    """The clipboard, borrowed from its user: the first `paste` keeps its content, `give_back` puts it back."""

    def read(self) -> str:
        """Its text; empty when it holds none."""
        ...

    def paste(self, text: str, press: Callable[[], None]) -> bool:
        """Offer `text`, give the keys that paste by `press`, and say whether an application took it."""
        ...

    def give_back(self) -> None:
        """Put the content back that was there before the first paste; nothing when nothing was pasted."""
        ...


class WindowSystem(Protocol):
    """What the facade asks of a platform; every call raises `Unavailable` once the display has gone."""

    @property
    def name(self) -> str:
        """Of the platform, for messages."""
        ...

    @property
    def display(self) -> str:
        """The X11 display, to open other connections to; empty elsewhere."""
        ...

    def windows(self) -> tuple[Window, ...]:
        """The applications' windows, lowest first."""
        ...

    def active(self) -> Window | None:
        """The window that has the keyboard."""
        ...

    def focus(self, window: Window) -> None:
        """Ask for a window to come to the front and get the keyboard."""
        ...

    def move(self, window: Window, left: int, top: int) -> None:
        """Ask for a window to be put there."""
        ...

    def close_window(self, window: Window) -> None:
        """Ask a window to close, as its close button would."""
        ...

    def pointer(self) -> tuple[int, int]:
        """Where the mouse is, in input units."""
        ...

    @property
    def clipboard(self) -> "Clipboard": ...

    @property
    def writes_unicode(self) -> bool:
        """Whether `write_unicode` is the platform's proper way, to be preferred to the clipboard."""
        ...

    def write_unicode(self, text: str) -> None:
        """Type characters that no key of the layout gives, without the clipboard."""
        ...

    def close(self) -> None: ...
