"""Mouse, fingers and keyboard of a page. Places are in input units: CSS pixels of the viewport."""

import asyncio
import math
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from sightline.environments.actions import Button
from sightline.environments.browser.tabs import Tab
from sightline.environments.keys import MODIFIERS

if TYPE_CHECKING:
    from playwright.async_api import Page

Place = tuple[float, float]

KEY_PAUSE = 5
"""Milliseconds a key stays down: applications exist that mix up letters typed with no pause at all."""
_LIFTED = 0.1
"""Seconds until a page has been told that a finger is off the glass."""

_NAMES = {
    "ctrl": "Control", "up": "ArrowUp", "down": "ArrowDown", "left": "ArrowLeft", "right": "ArrowRight",
    "pageup": "PageUp", "pagedown": "PageDown", "space": " ", "menu": "ContextMenu", "capslock": "CapsLock",
    "numlock": "NumLock", "scrolllock": "ScrollLock", "printscreen": "PrintScreen",
    "volumeup": "AudioVolumeUp", "volumedown": "AudioVolumeDown", "volumemute": "AudioVolumeMute",
}  # fmt: skip
_TITLED = {"shift", "alt", "meta", "enter", "escape", "tab", "backspace", "delete", "insert", "home", "end", "pause"}

_JOINERS = "\u0300-\u036f\u200d\u20d0-\u20ff\ufe00-\ufe0f"
_RUNS = re.compile(rf"[\n\t]|(?:[ -~](?![{_JOINERS}]))+|(?:[ -~](?=[{_JOINERS}])|[^ -~\n\t])+")
"""A key of its own, characters that have keys, or characters that have none (kept whole with what joins them)."""


def playwright_keys(keys: Sequence[str]) -> list[str]:
    """Playwright's names of keys pressed together; raises NoSuchKey.

    A letter beside a modifier means its key, whatever its case.
    """
    names = [_playwright_key(key) for key in keys]
    chord = any(key in MODIFIERS for key in keys)
    return [name.lower() if chord and len(name) == 1 else name for name in names]


def _playwright_key(key: str) -> str:
    if key in _NAMES:
        return _NAMES[key]
    if key in _TITLED or re.fullmatch(r"f\d+", key) or (len(key) == 1 and " " <= key <= "~"):
        return key.capitalize() if len(key) > 1 else key
    raise NoSuchKey(key)


@asynccontextmanager
async def holding(page: "Page", keys: Sequence[str]) -> AsyncGenerator[None, None]:
    """Keys (by Playwright's names) held down for a while, released in reverse."""
    held: list[str] = []
    try:
        for key in keys:
            await page.keyboard.down(key)
            held.append(key)
        yield
    finally:
        for key in reversed(held):
            await page.keyboard.up(key)


async def type_text(page: "Page", text: str) -> None:
    """Plain characters as key presses, so that key listeners and masks see them; any other as finished input."""
    for run in _RUNS.findall(text.replace("\r\n", "\n").replace("\r", "\n")):
        if run in "\n\t":
            await page.keyboard.press("Enter" if run == "\n" else "Tab")
        elif run.isascii():
            await page.keyboard.type(run, delay=KEY_PAUSE)
        else:
            await page.keyboard.insert_text(run)


class NoSuchKey(ValueError):
    """A key that a browser's keyboard does not have."""


class Mouse:
    """A mouse with a wheel, moving over one page."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._mouse = tab.page.mouse

    async def click(self, at: Place, count: int, button: Button) -> None:
        await self._mouse.click(*at, button=button, click_count=count)

    async def long_press(self, at: Place, seconds: float) -> None:
        await self._mouse.move(*at)
        await self._mouse.down()
        await asyncio.sleep(seconds)
        await self._mouse.up()

    async def move(self, at: Place) -> None:
        await self._mouse.move(*at)

    async def drag(self, path: Sequence[Place], button: Button) -> None:
        await self._mouse.move(*path[0])
        await self._mouse.down(button=button)
        for start, end in pairwise(path):
            await self._mouse.move(*end, steps=max(4, round(math.dist(start, end) / 20)))
        await self._mouse.up(button=button)

    async def scroll(self, at: Place | None, by: Place) -> None:
        if at is not None:
            await self._mouse.move(*at)
        await self._mouse.wheel(*by)

    async def swipe(self, path: Sequence[Place], seconds: float) -> None:
        """A mouse has no finger: the wheel moves the content as the finger would have."""
        await self.scroll(path[0], (path[0][0] - path[-1][0], path[0][1] - path[-1][1]))


class Fingers:
    """Fingers on one page of an emulated phone, by DevTools touch events."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab

    async def tap(self, at: Place, count: int) -> None:
        for _ in range(count):
            await self._touch("touchStart", at)
            await self._touch("touchEnd")

    async def long_press(self, at: Place, seconds: float) -> None:
        """Through a mouse that is taken for a finger: Chromium tells no long press from touch events of DevTools.

        Only for that long, since it misplaces the taps on a page that is zoomed.
        """
        emulated = "Emulation.setEmitTouchEventsForMouse"
        await self._tab.send(emulated, enabled=True, configuration="mobile")
        await self._as_finger("mousePressed", at)
        await asyncio.sleep(seconds)
        await self._as_finger("mouseReleased", at)
        await asyncio.sleep(_LIFTED)
        await self._tab.send(emulated, enabled=False)

    async def swipe(self, path: Sequence[Place], seconds: float) -> None:
        """Along the path in even steps of about a frame each."""
        await self._touch("touchStart", path[0])
        steps = max(2, round(seconds / 0.016 / (len(path) - 1)))
        for start, end in pairwise(path):
            for step in range(1, steps + 1):
                await self._touch("touchMove", _between(start, end, step / steps))
                await asyncio.sleep(0.016)
        await self._touch("touchEnd")

    async def drag(self, path: Sequence[Place]) -> None:
        """Slowly, and resting at the end, so that nothing is thrown."""
        await self.swipe((*path, path[-1]), 0.6)

    async def pinch(self, at: Place, factor: float) -> None:
        """Chromium's own gesture: touches of DevTools are measured in the pixels of the page that they just zoomed."""
        await self._tab.send("Input.synthesizePinchGesture", x=at[0], y=at[1], scaleFactor=factor)

    async def _as_finger(self, kind: str, at: Place) -> None:
        x, y = round(at[0]), round(at[1])
        await self._tab.send("Input.emulateTouchFromMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def _touch(self, kind: str, *places: Place) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        await self._tab.send("Input.dispatchTouchEvent", type=kind, touchPoints=points)


def _between(start: Place, end: Place, share: float) -> Place:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
