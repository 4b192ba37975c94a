"""Screenshots of a phone by three routes behind one seam, each verified before it is believed.

adbutils' own reader appends 4 KiB at a time, waits ten minutes for a stalled phone and gives a black picture for a
broken file; here a broken or late screenshot is an error, and one good route replaces another aloud.
"""

import struct
import time
from dataclasses import dataclass, field
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sightline.environments.android.resident import Resident
from sightline.tools.adb import AdbPhone, Broken, Lost
from sightline.tools.errors import InputError, Unavailable
from sightline.tools.image import PNG_SIGNATURE, decode_image

_PNG_END = b"IEND\xae\x42\x60\x82"
_RGBA, _RGBX, _RGB = 1, 2, 3
_BYTES = {_RGBA: 4, _RGBX: 4, _RGB: 3}


class CaptureFailed(Unavailable):
    """The phone gave no screenshot that can be believed."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Height x width x 3 pixels, and the lossless file they came as, if they did."""

    pixels: NDArray[np.uint8] = field(repr=False)
    encoded: bytes | None = field(default=None, repr=False)


class Capture(Protocol):
    """One way to take a screenshot; raises `CaptureFailed` for one that is broken."""

    @property
    def name(self) -> str: ...

    def take(self) -> Picture: ...


class PngCapture:
    """`screencap -p`: the phone compresses, which can take seconds; little is sent."""

    name = "png"

    def __init__(self, phone: AdbPhone, display: str = "") -> None:
        self.phone, self.command = phone, ["screencap", "-p", *(["-d", display] if display else [])]

    def take(self) -> Picture:
        data = read_png(self.phone.shell(self.command).output)
        try:
            return Picture(decode_image(data), data)
        except InputError as error:
            raise CaptureFailed(f"phone {self.phone.serial}: {error}") from None


class RawCapture:
    """`screencap`: all pixels as they are, some ten megabytes, whatever the screen shows."""

    name = "raw"

    def __init__(self, phone: AdbPhone, display: str = "") -> None:
        self.phone, self.command = phone, ["screencap", *(["-d", display] if display else [])]

    def take(self) -> Picture:
        return Picture(read_raw(self.phone.shell(self.command).output))


class ResidentCapture:
    """The resident server: no program to start on the phone, and a JPEG file, so pixels are very nearly right."""

    name = "resident"

    def __init__(self, resident: Resident) -> None:
        self.resident = resident

    def take(self) -> Picture:
        try:
            return Picture(decode_image(self.resident.screenshot()))
        except InputError as error:
            raise CaptureFailed(f"resident server: {error}") from None


def read_png(output: bytes) -> bytes:
    """The PNG file inside what screencap printed, which may begin with warnings about displays.

    Raises `CaptureFailed` when there is none or its end is missing.
    """
    start = output.find(PNG_SIGNATURE)
    end = output.rfind(_PNG_END)
    if start < 0:
        said = output[:200].decode("utf-8", "replace").strip().partition("\n")[0]
        raise CaptureFailed(f"screencap gave no picture but {said!r}" if said else "screencap gave nothing")
    if end < start:
        raise CaptureFailed(f"screencap gave a PNG that breaks off after {len(output) - start} bytes")
    return output[start : end + len(_PNG_END)]


def read_raw(output: bytes) -> NDArray[np.uint8]:
    """Pixels from screencap's own format: width, height, format (and, since Android 9, colour space), then rows.

    Numbers are little-endian 32 bits; formats are those of Android's PixelFormat. Raises `CaptureFailed` when the size
    is not exactly what the header says.
    """
    if len(output) < 16:
        raise CaptureFailed(f"screencap gave {len(output)} bytes, less than its header")
    width, height, kind = struct.unpack("<3I", output[:12])
    depth = _BYTES.get(kind)
    if depth is None or not 0 < width <= 1 << 15 or not 0 < height <= 1 << 15:
        raise CaptureFailed(f"screencap gave {len(output)} bytes that do not begin with its header")
    header = len(output) - width * height * depth
    if header not in (12, 16):
        raise CaptureFailed(f"screencap gave {len(output)} bytes, which is not a screen of {width}x{height}")
    pixels = np.frombuffer(output, np.uint8, offset=header).reshape(height, width, depth)
    return pixels if depth == 3 else cast(NDArray[np.uint8], cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB))


class Captures:
    """Several routes, the best first. A route that fails twice running is given up for the next; `news` says so."""

    def __init__(self, routes: list[Capture]) -> None:
        self.routes = routes
        self.news: list[str] = []

    @property
    def name(self) -> str:
        return self.routes[0].name

    @classmethod
    def fastest(cls, routes: list[Capture]) -> "Captures":
        """The routes that work now, ordered by how long each takes; raises `CaptureFailed` when none does."""
        times: dict[str, float] = {}
        failures: list[str] = []
        for route in routes:
            try:
                route.take()  # the first one wakes things up
                started = time.perf_counter()
                route.take()
                times[route.name] = time.perf_counter() - started
            except Unavailable as error:
                if _is_gone(error):
                    raise
                failures.append(str(error))
        if not times:
            raise CaptureFailed("; ".join(failures))
        chosen = cls(sorted((route for route in routes if route.name in times), key=lambda route: times[route.name]))
        told = ", ".join(f"{route.name} {times[route.name] * 1000:.0f} ms" for route in chosen.routes)
        chosen.news.append(f"screenshots by {chosen.name} ({told})")
        return chosen

    def take(self) -> Picture:
        while True:
            try:
                return self._take_twice()
            except Unavailable as error:
                if _is_gone(error) or len(self.routes) == 1:
                    raise
                failed = self.routes.pop(0)
                self.news.append(f"screenshots by {self.name} from here on: {failed.name} fails ({error})")

    def _take_twice(self) -> Picture:
        try:
            return self.routes[0].take()
        except (CaptureFailed, Broken):
            return self.routes[0].take()


def _is_gone(error: Unavailable) -> bool:
    """Whether it is the phone that went away, and not just one way to take its picture that fails."""
    return isinstance(error, Lost) and not isinstance(error, Broken)
