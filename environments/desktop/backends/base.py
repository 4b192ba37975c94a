"""The seam between what is to be done and who does it with the mouse and the keyboard."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Protocol, cast

from sightline.environments.actions import Button
from sightline.tools.errors import InputError

GROUP = "sightline.desktop_backends"


class EmergencyStop(KeyboardInterrupt):
    """The user moved the mouse into a corner of the screen: the run is to end, as it does at Ctrl-C."""


class Backend(Protocol):
    """Mouse and keyboard of one display. Places are whole input units; every call returns once the input is delivered.

    Raises `EmergencyStop` when its own fail-safe was triggered, and `Unavailable` when the display has gone.
    """

    def move(self, x: int, y: int) -> None: ...

    def click(self, x: int, y: int, button: Button, times: int) -> None:
        """Move there, then press and release a mouse button so many times, as quickly as it goes."""
        ...

    def button(self, button: Button, *, down: bool) -> None:
        """Press or release a mouse button where the pointer is."""
        ...

    def wheel(self, right: int, down: int) -> None:
        """Turn the wheel by notches: positive to the right and down."""
        ...

    def key(self, name: str, *, down: bool) -> None:
        """Press or release a key by its one name (`environments.keys`); raises InputError when there is no such key."""
        ...

    def typable(self, text: str) -> frozenset[str]:
        """The characters of `text` that `write` can type by keys of the layout in force."""
        ...

    def write(self, text: str) -> None:
        """Type characters that `typable` named."""
        ...

    def close(self) -> None: ...


def open_backend(name: str, display: str) -> Backend:
    """The backend registered under `name`, on a display.

    Raises InputError for an unknown name and Unavailable when what it needs is not installed.
    """
    match name:
        case "pyautogui":
            from sightline.environments.desktop.backends.pyautogui import PyAutoGuiBackend

            return PyAutoGuiBackend(display)
        case "xtest":
            from sightline.environments.desktop.backends.xtest import XTestBackend

            return XTestBackend(display)
        case "xdotool":
            from sightline.environments.desktop.backends.xdotool import XdotoolBackend

            return XdotoolBackend(display)
        case _:
            return _registered(name, display)


def _registered(name: str, display: str) -> Backend:
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        names = ", ".join(("pyautogui", "xtest", "xdotool", *sorted(found)))
        raise InputError(
            f"desktop backend {name!r} is not known; use one of {names}, or install the package that has it"
        )
    return cast(Callable[[str], Backend], found[name].load())(display)
