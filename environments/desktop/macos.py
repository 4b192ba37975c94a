"""macOS by AppleScript's System Events, pbcopy and Quartz events. Written against their documentation, not yet tested.

The program that runs sightline needs the permissions Screen Recording and Accessibility, and Automation of System
Events. Its input units are points: on a Retina screen a frame has two pixels to each, which `Frame.scale` carries.
"""

import ctypes
import ctypes.util
import subprocess
import time
from collections.abc import Callable
from typing import Any

from sightline.environments.desktop.systems import Area, Window
from sightline.tools.errors import Unavailable

_LIST = """
set found to ""
tell application "System Events"
    repeat with p in (every process whose background only is false)
        repeat with w in (every window of p)
            try
                set {x, y} to position of w
                set {a, b} to size of w
                set front to (frontmost of p) and (value of attribute "AXMain" of w)
                set fields to {name of p, unix id of p, name of w, x, y, a, b, subrole of w, front}
                set AppleScript's text item delimiters to tab
                set found to found & (fields as text) & linefeed
            end try
        end repeat
    end repeat
end tell
return found
"""
_FOCUS = """
on run {program, title}
    tell application "System Events" to tell process program
        set frontmost to true
        perform action "AXRaise" of (first window whose name is title)
    end tell
end run
"""
_MOVE = """
on run {program, title, x, y}
    tell application "System Events" to tell process program
        set position of (first window whose name is title) to {x as integer, y as integer}
    end tell
end run
"""
_CLOSE = """
on run {program, title}
    tell application "System Events" to tell process program
        click (first button of (first window whose name is title) whose subrole is "AXCloseButton")
    end tell
end run
"""
_DIALOGS = ("AXDialog", "AXSystemDialog", "AXSheet")
_HID_EVENT_TAP = 0
_PASTE_SECONDS = 0.3
_UNITS_AN_EVENT = 20


class MacOS:
    """The desktop of the signed-in user."""

    name = "macOS"
    display = ""
    writes_unicode = True

    def __init__(self) -> None:
        self.clipboard = MacClipboard()

    def windows(self) -> tuple[Window, ...]:
        return tuple(window for window, _ in self._listed())

    def active(self) -> Window | None:
        return next((window for window, front in self._listed() if front), None)

    def focus(self, window: Window) -> None:
        _script(_FOCUS, window.program, window.title)

    def move(self, window: Window, left: int, top: int) -> None:
        _script(_MOVE, window.program, window.title, str(left), str(top))

    def close_window(self, window: Window) -> None:
        _script(_CLOSE, window.program, window.title)

    def pointer(self) -> tuple[int, int]:
        quartz = _quartz()
        event = ctypes.c_void_p(quartz.CGEventCreate(None))
        place = quartz.CGEventGetLocation(event)
        quartz.CFRelease(event)
        return int(place.x), int(place.y)

    def write_unicode(self, text: str) -> None:
        """Attach the characters to key events, whatever key those name."""
        quartz = _quartz()
        for start in range(0, len(text), _UNITS_AN_EVENT):
            units = text[start : start + _UNITS_AN_EVENT].encode("utf-16-le")
            characters = (ctypes.c_uint16 * (len(units) // 2)).from_buffer_copy(units)
            for down in (True, False):
                event = ctypes.c_void_p(quartz.CGEventCreateKeyboardEvent(None, 0, down))
                quartz.CGEventKeyboardSetUnicodeString(event, ctypes.c_ulong(len(characters)), characters)
                quartz.CGEventPost(_HID_EVENT_TAP, event)
                quartz.CFRelease(event)
            time.sleep(0.005)

    def close(self) -> None:
        return

    def _listed(self) -> list[tuple[Window, bool]]:
        """Each window and whether it has the keyboard; a window's id is made from its program and title."""
        rows = [line.split("\t") for line in _script(_LIST).splitlines()]
        return [
            (
                Window(
                    id=hash((row[1], row[2])),
                    title=row[2],
                    program=row[0],
                    pid=int(row[1]),
                    area=Area(*(int(float(number)) for number in row[3:7])),
                    dialog=row[7] in _DIALOGS,
                    chooser=row[7] in _DIALOGS and row[2] in ("Open", "Save"),
                ),
                row[8] == "true",
            )
            for row in rows
            if len(row) == 9
        ]


class MacClipboard:
    """The clipboard's text. Other formats that the user had copied are lost when something is pasted."""

    def __init__(self) -> None:
        self._kept: str | None = None

    def read(self) -> str:
        return _run(["pbpaste", "-Prefer", "txt"])

    def paste(self, text: str, press: Callable[[], None]) -> bool:
        """Offer, press, and give the application a moment, for macOS does not tell who has read."""
        if self._kept is None:
            self._kept = self.read()
        _run(["pbcopy"], text)
        press()
        time.sleep(_PASTE_SECONDS)
        return True

    def give_back(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            _run(["pbcopy"], kept)


class _Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))


def _quartz() -> Any:
    path = ctypes.util.find_library("ApplicationServices")
    if path is None:
        raise Unavailable("the macOS desktop can be had on macOS only; expected another platform's class here")
    quartz = ctypes.CDLL(path)
    quartz.CGEventCreate.restype = ctypes.c_void_p
    quartz.CGEventGetLocation.restype = _Point
    quartz.CGEventCreateKeyboardEvent.restype = ctypes.c_void_p
    quartz.CGEventCreateKeyboardEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint16, ctypes.c_bool]
    quartz.CGEventPost.argtypes = [ctypes.c_uint32, ctypes.c_void_p]
    return quartz


def _script(source: str, *arguments: str) -> str:
    return _run(["osascript", "-", *arguments], source)


def _run(command: list[str], text: str = "") -> str:
    environ = {"LANG": "en_US.UTF-8", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
    try:
        ran = subprocess.run(command, input=text.encode(), capture_output=True, env=environ, check=False)
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not there: the macOS desktop can be had on macOS only") from None
    if ran.returncode:
        said = " ".join(ran.stderr.decode(errors="replace").split())
        raise Unavailable(f"{command[0]} failed: {said}; allow Accessibility and Automation in the system's settings")
    return ran.stdout.decode(errors="replace").removesuffix("\n") if command[0] == "osascript" else ran.stdout.decode()
