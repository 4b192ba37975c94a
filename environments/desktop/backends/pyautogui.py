"""Mouse and keyboard by PyAutoGUI, the default: its pauses are off, its fail-safe corners stop the run."""

import importlib
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, cast

from sightline.environments.actions import Button
from sightline.environments.desktop.backends.base import EmergencyStop
from sightline.environments.desktop.x11_access import turned_to
from sightline.tools.errors import InputError, Unavailable

if TYPE_CHECKING:
    from sightline.environments.desktop.x11_keys import Stroke

_NAMES = {"meta": "win" if sys.platform != "darwin" else "command", "menu": "apps"}
_NOTCH = 120 if sys.platform == "win32" else 1
"""What PyAutoGUI calls one click of the wheel: Windows counts 120 to a notch, the others count notches."""


_UNWANTED = ("mouseinfo", "pyscreeze")
"""Companions PyAutoGUI can do without: one ends the process where tkinter is missing, one starts programs on import."""
_ON_X11 = sys.platform not in ("win32", "darwin")


class _PyAutoGui(Protocol):
    PAUSE: float
    FAILSAFE: bool
    FAILSAFE_POINTS: list[tuple[int, int]]
    FailSafeException: type[Exception]
    platformModule: Any  # noqa: N815

    def position(self) -> tuple[int, int]: ...
    def moveTo(self, x: int, y: int) -> None: ...  # noqa: N802
    def click(self, x: int, y: int, clicks: int, *, button: str) -> None: ...
    def mouseDown(self, *, button: str) -> None: ...  # noqa: N802
    def mouseUp(self, *, button: str) -> None: ...  # noqa: N802
    def vscroll(self, clicks: int) -> None: ...
    def hscroll(self, clicks: int) -> None: ...
    def keyDown(self, key: str) -> None: ...  # noqa: N802
    def keyUp(self, key: str) -> None: ...  # noqa: N802
    def write(self, message: str) -> None: ...
    def isValidKey(self, key: str) -> bool: ...  # noqa: N802
    def isShiftCharacter(self, character: str) -> bool: ...  # noqa: N802


class PyAutoGuiBackend:
    """PyAutoGUI bound to one display.

    Its fail-safe stays on, except while the pointer rests in a corner into which this backend itself moved it.
    """

    def __init__(self, display: str) -> None:
        self._gui = _import_for(display)
        self._gui.PAUSE = 0.0
        self._keyboard = None
        if _ON_X11:
            from sightline.environments.desktop.x11_keys import X11Keyboard

            self._keyboard = X11Keyboard.of(display)
        self._rest(tuple(self._gui.position()))

    def move(self, x: int, y: int) -> None:
        with self._guarded():
            self._gui.moveTo(x, y)
        self._rest((x, y))

    def click(self, x: int, y: int, button: Button, times: int) -> None:
        with self._guarded(armed=(x, y) not in self._gui.FAILSAFE_POINTS):
            self._gui.click(x, y, times, button=button)
        self._rest((x, y))

    def button(self, button: Button, *, down: bool) -> None:
        with self._guarded(armed=False):
            if down:
                self._gui.mouseDown(button=button)
            else:
                self._gui.mouseUp(button=button)

    def wheel(self, right: int, down: int) -> None:
        with self._guarded():
            if down:
                self._gui.vscroll(-down * _NOTCH)
            if right:
                self._gui.hscroll(right * _NOTCH)

    def key(self, name: str, *, down: bool) -> None:
        name = _NAMES.get(name, name)
        if len(name) == 1 and down:
            self._learn_layout()
        if not self._gui.isValidKey(name):
            raise InputError(f"key {name!r} is not one that PyAutoGUI can press; use the backend xtest for it")
        with self._guarded(armed=down):
            if down:
                self._gui.keyDown(name)
            else:
                self._gui.keyUp(name)

    def typable(self, text: str) -> frozenset[str]:
        """PyAutoGUI decides about Shift as an American layout would: only where the layout in force agrees."""
        if self._keyboard is None:
            return frozenset(char for char in text if self._known_elsewhere(char))
        strokes = self._learn_layout()
        shift = self._keyboard.stroke("shift").key
        return frozenset(
            char
            for char in frozenset(text) & strokes.keys()
            if strokes[char].held == ((shift,) if self._gui.isShiftCharacter(char) else ())
        )

    def _learn_layout(self) -> "dict[str, Stroke]":
        """Tell PyAutoGUI, which asks for the layout only once, which key gives which character now."""
        if self._keyboard is None:
            return {}
        self._keyboard.read_layout()
        strokes = self._keyboard.strokes()
        self._gui.platformModule.keyboardMapping.update({char: stroke.key for char, stroke in strokes.items()})
        return strokes

    def write(self, text: str) -> None:
        with self._guarded():
            if self._keyboard is None:
                self._gui.write(text)
                return
            with self._keyboard.without_repeat():
                self._gui.write(text)

    def close(self) -> None:
        if self._keyboard is not None:
            from sightline.environments.desktop.x11_connection import close_display

            self._keyboard.close()
            close_display(self._gui.platformModule._display)

    def _known_elsewhere(self, char: str) -> bool:
        """On Windows the layout's own ASCII; on macOS, whose layout PyAutoGUI does not ask, only the blanks."""
        if sys.platform == "darwin":
            return char in "\n\t "
        return char.isascii() and self._gui.isValidKey(char)

    def _rest(self, place: tuple[int, ...]) -> None:
        self._gui.FAILSAFE = place not in self._gui.FAILSAFE_POINTS

    @contextmanager
    def _guarded(self, *, armed: bool = True) -> Generator[None]:
        """With the fail-safe, unless something held is let go, which must always work, or the run itself goes there."""
        before = self._gui.FAILSAFE
        self._gui.FAILSAFE = before and armed
        try:
            if self._keyboard is None:
                yield
            else:
                with self._keyboard.present():
                    yield
        except self._gui.FailSafeException:
            raise EmergencyStop("the mouse was moved into a corner of the screen") from None
        finally:
            self._gui.FAILSAFE = before


def _import_for(display: str) -> _PyAutoGui:
    """PyAutoGUI; on X11, where it ties itself to $DISPLAY as it is imported, a copy of its own for each display."""
    if not _ON_X11:
        return cast(_PyAutoGui, importlib.import_module("pyautogui"))
    modules = cast(dict[str, Any], sys.modules)
    replaced = {name: modules.pop(name) for name in list(modules) if name.split(".")[0] in ("pyautogui", *_UNWANTED)}
    modules.update(dict.fromkeys(_UNWANTED))
    try:
        with turned_to(display):
            return cast(_PyAutoGui, importlib.import_module("pyautogui"))
    except ImportError as error:
        raise Unavailable(f"PyAutoGUI cannot be loaded ({error}); pip install 'sightline[desktop]'") from None
    finally:
        for name in [name for name in modules if name.split(".")[0] in ("pyautogui", *_UNWANTED)]:
            del modules[name]
        modules.update(replaced)
