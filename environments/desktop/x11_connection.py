"""Connections to X11 displays, and one error for all the ways in which one breaks."""

import os
import re
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress

import Xlib.error
from Xlib.display import Display

from sightline.environments.desktop.x11_access import turned_to
from sightline.tools.errors import Unavailable


def open_display(name: str) -> Display:
    """A connection to an X11 display; raises Unavailable when there is none."""
    try:
        _knock(name or os.environ.get("DISPLAY", ""))
        with turned_to(name):
            display = Display(name or None)
    except (Xlib.error.DisplayError, OSError, ValueError) as error:
        said = " ".join(str(error).split()) or "no answer"
        raise Unavailable(
            f"X11 display {name or '$DISPLAY'} cannot be opened ({said}); name a running one, or use --display new"
        ) from None
    display.set_error_handler(_ignore)
    return display


def _knock(name: str) -> None:
    """Try a local display's socket; python-xlib leaves its own open when there is nobody behind it."""
    assert sys.platform != "win32"
    local = re.fullmatch(r":(\d+)(\.\d+)?", name)
    if local:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(f"/tmp/.X11-unix/X{local[1]}")


def close_display(display: Display) -> None:
    """Close a connection, broken or not; safe to call twice."""
    with suppress(Xlib.error.ConnectionClosedError, OSError):
        display.close()
    display.display.socket.close()


def _ignore(*_: object) -> None:
    """A window that has just gone is no news; replies raise where it matters."""


@contextmanager
def lost_display(name: str) -> Generator[None]:
    """Turns the ways in which a broken X11 connection shows itself into one Unavailable."""
    try:
        yield
    except (Xlib.error.ConnectionClosedError, BrokenPipeError, ConnectionResetError):
        raise Unavailable(f"X11 display {name} was closed while it was in use; start it again") from None
