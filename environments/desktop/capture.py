"""Pixels of a part of the desktop, by mss."""

import time
from contextlib import suppress
from typing import Any, cast

import cv2
import mss
import numpy as np
from mss.exception import ScreenShotError

from sightline.environments.base import Frame, Pixels
from sightline.environments.desktop.systems import Area
from sightline.environments.desktop.x11_access import turned_to
from sightline.tools.errors import InputError, Unavailable


class Capture:
    """A kept connection to the screen of one display."""

    def __init__(self, display: str, *, cursor: bool = False) -> None:
        self._display = display
        self._settings: dict[str, Any] = {"with_cursor": cursor} | ({"display": display} if display else {})
        self._screen = self._open()

    def monitors(self) -> tuple[Area, ...]:
        """The whole desktop first, then each monitor, in input units; read anew, for monitors come and go."""
        self.close()
        self._screen = self._open()
        return tuple(_area(found) for found in self._screen.monitors)

    def monitor(self, wanted: int | str) -> Area:
        """One monitor, ``primary`` or ``all``; raises InputError when there are fewer."""
        found = self.monitors()
        if wanted == "all" or len(found) == 1:
            return found[0]
        if wanted == "primary":
            monitors = self._screen.monitors[1:]
            return _area(next((one for one in monitors if one.get("is_primary")), monitors[0]))
        if int(wanted) >= len(found):
            raise InputError(f"monitor {wanted} is not there; this desktop has {len(found) - 1}, counted from 1")
        return found[int(wanted)]

    def grab(self, area: Area) -> Pixels:
        """The pixels of an area, height x width x 4, blue green red and one unused."""
        try:
            shot = self._screen.grab(cast(dict[str, int], area._asdict()))
        except ScreenShotError as error:
            raise Unavailable(f"the screen cannot be read ({error}); is the display still there?") from None
        return np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)

    def frame(self, area: Area) -> Frame:
        """A frame of an area, with the scale between its pixels and the input units measured."""
        taken_at = time.time()
        pixels = self.grab(area)
        height, width = pixels.shape[:2]
        return Frame(
            cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB)),
            scale=(width / area.width, height / area.height),
            origin=(area.left, area.top),
            taken_at=taken_at,
        )

    def close(self) -> None:
        with suppress(ScreenShotError):
            self._screen.close()

    def _open(self) -> mss.MSS:
        try:
            with turned_to(self._display):
                return mss.MSS(**self._settings)
        except ScreenShotError as error:
            raise Unavailable(f"the screen cannot be read ({error}); is the display still there?") from None


def _area(found: Any) -> Area:
    return Area(found["left"], found["top"], found["width"], found["height"])
