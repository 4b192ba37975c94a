"""Targets on private virtual screens: windows with marks on one monitor or two, in a region, drawn at scales 1 to 2."""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from Xlib import X

from sightline.environments.base import Observation
from sightline.environments.calibration import MARK, Arrival
from sightline.environments.desktop.environment import DesktopEnvironment
from sightline.environments.desktop.options import DesktopOptions
from sightline.environments.desktop.systems import Area
from sightline.environments.desktop.virtual import VirtualScreen
from sightline.environments.desktop.x11_connection import open_display
from sightline.tools.errors import Unavailable

_TITLE = "sightline marks"
_SIZE = (1500, 600)
_MONITORS = (("left", "640/170x600/159+0+0", "screen"), ("right", "860/228x600/159+640+0", "none"))


@dataclass(frozen=True)
class DesktopTarget:
    """A window with marks, which writes into its title where a click arrived."""

    name: str
    environment: DesktopEnvironment

    def arrival(self, now: Observation) -> Arrival | None:
        for window in self.environment.system.windows():
            if window.title.startswith("{"):
                return Arrival.model_validate_json(window.title)
        return None


@dataclass(frozen=True)
class _Case:
    name: str
    window: Area
    """Where the window with the marks is put, in pixels of the screen."""
    options: DesktopOptions
    scale: float = 1.0


_CASES = (
    _Case("desktop, both monitors", Area(300, 40, 900, 500), DesktopOptions(monitor="all")),
    _Case("desktop, left monitor", Area(10, 40, 600, 500), DesktopOptions(monitor=1)),
    _Case("desktop, right monitor", Area(680, 40, 800, 500), DesktopOptions(monitor=2)),
    _Case("desktop, right monitor, scale 1.25", Area(680, 40, 800, 500), DesktopOptions(monitor=2), 1.25),
    _Case("desktop, right monitor, scale 1.5", Area(680, 40, 800, 500), DesktopOptions(monitor=2), 1.5),
    _Case("desktop, right monitor, scale 2", Area(680, 40, 800, 500), DesktopOptions(monitor=2), 2.0),
    _Case("desktop, region", Area(333, 41, 701, 503), DesktopOptions(region=(331, 37, 1101, 577))),
    _Case("desktop, xtest", Area(680, 40, 800, 500), DesktopOptions(monitor=2, backend="xtest")),
)


def desktop_targets() -> Iterator[DesktopTarget]:
    """Each target on a screen of two monitors, which is closed at the end; raises Unavailable.

    X11's mouse moves in pixels whatever scale applications draw at, so a scale makes the marks larger, not the frame.
    """
    if shutil.which("xrandr") is None:
        raise Unavailable("two monitors need xrandr, which is not installed; apt-get install x11-xserver-utils")
    screen = VirtualScreen(_SIZE)
    try:
        for name, place, output in _MONITORS:
            subprocess.run(
                ["xrandr", "--setmonitor", name, place, output], env=screen.environ, capture_output=True, check=True
            )
        for case in _CASES:
            yield from _target(case, screen)
    finally:
        screen.close()


def _target(case: _Case, screen: VirtualScreen) -> Iterator[DesktopTarget]:
    place = json.dumps([*case.window, case.scale])
    command = f"'{sys.executable}' -m {__name__} {screen.display} '{place}'"
    options = case.options.model_copy(update={"display": screen.display, "launch": (command,)})
    environment = DesktopEnvironment(options)
    try:
        yield DesktopTarget(case.name, environment)
    finally:
        environment.close()


def marks(window: Area, scale: float) -> list[Area]:
    """Where a window of that size has its marks, 4 across and 3 down, the same share from one to the next."""
    side = round(8 * scale)
    across, down = (window.width - 120 * scale) / 3, (window.height - 60 * scale) / 2
    return [
        Area(round(20 * scale + across * column), round(20 * scale + down * row), side, side)
        for row in range(3)
        for column in range(4)
    ]


def show(display_name: str, window: Area, scale: float) -> None:
    """Show a window with marks and tell in its title where each click arrives, until the display closes.

    It has no title until the marks are drawn, so who waits for the window waits for them.
    """
    display = open_display(display_name)
    screen = display.screen()
    mask = X.ExposureMask | X.ButtonPressMask
    shown = screen.root.create_window(
        *window, 0, X.CopyFromParent, background_pixel=screen.white_pixel, event_mask=mask
    )
    shown.set_wm_normal_hints(flags=(1 << 0) | (1 << 2), min_width=window.width, min_height=window.height)
    red, green, blue = MARK
    paint = shown.create_gc(foreground=red << 16 | green << 8 | blue)
    ink = shown.create_gc(foreground=screen.black_pixel, font=display.open_font("fixed"))
    shown.map()
    places = marks(window, scale)
    title = _TITLE
    while True:
        event: Any = display.next_event()
        if event.type == X.Expose:
            for number, place in enumerate(places, 1):
                shown.fill_rectangle(paint, *place)
                shown.draw_text(ink, place.left + place.width + 6, place.top + place.height, f"mark {number}")
            shown.set_wm_name(title)
        elif event.type == X.ButtonPress:
            far = [math.hypot(event.event_x - place.left, event.event_y - place.top) for place in places]
            nearest = far.index(min(far))
            left, top, _, _ = places[nearest]
            arrival = Arrival(mark=nearest + 1, x=event.event_x - left, y=event.event_y - top)
            title = arrival.model_dump_json()
            shown.set_wm_name(title)


if __name__ == "__main__":
    *_place, _scale = json.loads(sys.argv[2])
    show(sys.argv[1], Area(*_place), _scale)
