"""What an action is made of on any desktop: places, buttons, notches and keys, with the emergency stop between them."""

import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from sightline.environments.actions import Button
from sightline.environments.desktop.backends.base import Backend, EmergencyStop
from sightline.environments.desktop.systems import Area, WindowSystem
from sightline.environments.desktop.writing import write

Place = tuple[int, int]
"""Whole input units of the desktop."""

_NOTCH_PIXELS = 50
"""What one notch of the wheel scrolls, roughly: toolkits differ, and scale it with what they show."""

_DOUBLE_CLICK_SECONDS = 0.5
_DRAG_STEP = 12
COMMAND = "meta" if sys.platform == "darwin" else "ctrl"
"""The key of the usual chords: copy, paste, select all."""


class Hands:
    """Mouse and keyboard of one desktop, whose corners `whole` gives.

    What takes time raises `EmergencyStop` as soon as the mouse is in a corner into which these hands did not move it.
    """

    def __init__(self, backend: Backend, system: WindowSystem, whole: Area) -> None:
        self._backend = backend
        self._system = system
        self._columns = (whole.left, whole.left + whole.width - 1)
        self._rows = (whole.top, whole.top + whole.height - 1)
        self._put = system.pointer()
        self._clicked_at = 0.0

    def move(self, place: Place) -> None:
        self._backend.move(*place)
        self._put = place

    def click(self, place: Place, button: Button, modifiers: tuple[str, ...], times: int) -> None:
        if place == self._put:
            # Two single clicks in quick succession would be read as one double click.
            self.rest(max(0.0, self._clicked_at + _DOUBLE_CLICK_SECONDS - time.monotonic()))
        with self.keys(modifiers):
            self._backend.click(*place, button, times)
            self._put = place
        self._clicked_at = time.monotonic()

    def drag(self, path: Sequence[Place], button: Button, modifiers: tuple[str, ...]) -> None:
        """Along the path in small steps, with a pause at either end: who takes a drop must have been asked first."""
        with self.keys(modifiers):
            self.move(path[0])
            with self.button(button):
                self.rest(0.1)
                for (from_x, from_y), (to_x, to_y) in pairwise(path):
                    steps = max(abs(to_x - from_x), abs(to_y - from_y)) // _DRAG_STEP + 1
                    for step in range(1, steps + 1):
                        x, y = from_x + (to_x - from_x) * step / steps, from_y + (to_y - from_y) * step / steps
                        self.check_corners()
                        self.move((round(x), round(y)))
                        self.rest(0.01)
                self.rest(0.2)

    def scroll(self, by: tuple[int, int]) -> None:
        """Turn the wheel where the pointer is, by about so many pixels to the right and down, a notch at a time."""
        right, down = (round(pixels / _NOTCH_PIXELS) or (pixels > 0) - (pixels < 0) for pixels in by)
        for _ in range(abs(right)):
            self._backend.wheel(1 if right > 0 else -1, 0)
        for _ in range(abs(down)):
            self._backend.wheel(0, 1 if down > 0 else -1)

    @contextmanager
    def button(self, button: Button) -> Generator[None]:
        self._backend.button(button, down=True)
        try:
            yield
        finally:
            self._backend.button(button, down=False)

    def check_corners(self) -> None:
        """Stop the run when somebody else moved the mouse into a corner of the desktop."""
        pointer = self._system.pointer()
        if pointer != self._put and pointer[0] in self._columns and pointer[1] in self._rows:
            raise EmergencyStop("the mouse was moved into a corner of the screen")

    def rest(self, seconds: float) -> None:
        """Sleep, but wake for the emergency stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
            if left > 0.1:
                self.check_corners()

    @contextmanager
    def keys(self, keys: Sequence[str]) -> Generator[None]:
        """Hold keys; a letter in a chord is its key, whatever its case."""
        plain = [key.lower() if len(keys) > 1 else key for key in keys]
        held = list[str]()
        try:
            for key in plain:
                self._backend.key(key, down=True)
                held.append(key)
            yield
        finally:
            for key in reversed(held):
                self._backend.key(key, down=False)

    def press(self, keys: Sequence[str]) -> None:
        if len(keys) == 1 and len(keys[0]) == 1:
            self.write(keys[0])
            return
        with self.keys(keys):
            pass

    def press_paste(self) -> None:
        self.press((COMMAND, "v"))

    def write(self, text: str) -> None:
        """Type text where the focus is; see `writing.write`."""
        write(text, self._backend, self._system, self.press_paste)

    def paste(self, text: str) -> bool:
        """Paste text where the focus is and give the clipboard back; whether an application took it."""
        try:
            return self._system.clipboard.paste(text, self.press_paste)
        finally:
            self._system.clipboard.give_back()
