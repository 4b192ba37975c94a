"""What seeing and doing cost on the desktop, beside raw mss and raw XTEST in the same run: milliseconds.

The median of each, the ratio and the difference of the medians, and the 95th percentile of both.

python benchmarks/desktop.py --rounds 200
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import cv2
import mss
import numpy as np
from Xlib import X
from Xlib.ext import xtest

from sightline.environments.actions import Click, Type
from sightline.environments.desktop import DesktopEnvironment
from sightline.environments.desktop.options import DesktopOptions
from sightline.environments.desktop.virtual import VirtualScreen
from sightline.environments.desktop.x11_access import turned_to
from sightline.environments.desktop.x11_connection import open_display
from sightline.environments.desktop.x11_keys import X11Keyboard

SIZE = (1920, 1080)
TEXT = "the quick brown fox jumps over the lazy dog "
Work = Callable[[int], object]
"""Something to be timed, told the number of its round."""
PLACES = ((600, 500), (1300, 500))


class Floor:
    """The least that seeing and doing can cost: mss and XTEST called as they are."""

    def __init__(self, display: str) -> None:
        with turned_to(display):
            self.screen = mss.MSS(display=display)
        self.area = self.screen.monitors[1]
        self.display = open_display(display)
        self.keyboard = X11Keyboard(self.display)

    def grab(self) -> None:
        self.screen.grab(self.area)

    def grab_pixels(self) -> None:
        shot = self.screen.grab(self.area)
        cv2.cvtColor(np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4), cv2.COLOR_BGRA2RGB)

    def click(self, place: tuple[int, int]) -> None:
        xtest.fake_input(self.display, X.MotionNotify, x=place[0], y=place[1])
        xtest.fake_input(self.display, X.ButtonPress, 1)
        xtest.fake_input(self.display, X.ButtonRelease, 1)
        self.display.sync()

    def write(self) -> None:
        for char in TEXT:
            xtest.fake_input(self.display, X.KeyPress, self.keyboard.strokes()[char].key)
            xtest.fake_input(self.display, X.KeyRelease, self.keyboard.strokes()[char].key)
        self.display.sync()

    def close(self) -> None:
        self.screen.close()
        self.display.close()


class Taken(NamedTuple):
    """Milliseconds."""

    median: float
    p95: float


def measure(rounds: int, *works: Work) -> list[Taken]:
    """What each work takes, all of them done in turn so that the machine's moods hit them alike."""
    taken: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        for work, times in zip(works, taken, strict=True):
            started = time.perf_counter()
            work(number)
            times.append(1000 * (time.perf_counter() - started))
    return [Taken(statistics.median(times), statistics.quantiles(times, n=20)[-1]) for times in taken]


def clicker(environment: DesktopEnvironment) -> Work:
    frame = environment.observe().frame
    return lambda number: environment.act(Click(at=frame.clamp(*PLACES[number % 2])))


def main() -> None:
    parser = argparse.ArgumentParser(description="Seeing and doing on the desktop beside raw mss and XTEST.")
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    screen = VirtualScreen(SIZE)
    backends = [
        DesktopEnvironment(DesktopOptions(display=screen.display, backend=name)) for name in ("xtest", "pyautogui")
    ]
    floor, (quick, usual) = Floor(screen.display), backends
    area = quick.capture.monitor("primary")
    rows: dict[str, tuple[Work, Work]] = {
        "capture": (lambda _: floor.grab(), lambda _: quick.capture.grab(area)),
        "capture to frame": (lambda _: floor.grab_pixels(), lambda _: quick.capture.frame(area)),
        "observe": (lambda _: floor.grab_pixels(), lambda _: quick.observe()),
        "click, xtest": (lambda number: floor.click(PLACES[number % 2]), clicker(quick)),
        "click, pyautogui": (lambda number: floor.click(PLACES[number % 2]), clicker(usual)),
        f"type {len(TEXT)} characters, xtest": (lambda _: floor.write(), lambda _: quick.act(Type(text=TEXT))),
        f"type {len(TEXT)} characters, pyautogui": (lambda _: floor.write(), lambda _: usual.act(Type(text=TEXT))),
    }  # fmt: skip
    print(f"{'':34}{'floor':>8}{'ours':>8}{'ratio':>8}{'more':>8}{'p95: floor':>12}{'ours':>8}")
    for name, (least, ours) in rows.items():
        raw, own = measure(rounds, least, ours)
        medians = f"{raw.median:8.2f}{own.median:8.2f}{own.median / raw.median:7.2f}x{own.median - raw.median:8.2f}"
        print(f"{name:34}{medians}{raw.p95:12.2f}{own.p95:8.2f}")
    for environment in backends:
        environment.close()
    floor.close()
    screen.close()


if __name__ == "__main__":
    main()
