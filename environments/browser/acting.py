"""What each action does to a page."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from sightline.environments.actions import (
    Back,
    Click,
    Dialog,
    DoubleClick,
    Drag,
    Focus,
    Hold,
    Home,
    Launch,
    LongPress,
    Move,
    Open,
    Paste,
    Pinch,
    Press,
    Pull,
    Push,
    Recents,
    ScreenAction,
    Scroll,
    Stop,
    Swipe,
    TripleClick,
    Type,
    Upload,
    Wait,
    points_of,
)
from sightline.environments.base import DONE, Frame, Outcome, refused
from sightline.environments.browser.address import address
from sightline.environments.browser.hands import Fingers, Mouse, NoSuchKey, Place, holding, playwright_keys, type_text
from sightline.environments.browser.pickers import covers
from sightline.environments.browser.tabs import Tab, Tabs
from sightline.environments.geometry import Point

LOADING = 15.0
"""Seconds `open` and `back` wait for a page to load before they leave it loading."""

A_BROWSER = "a browser"
A_PHONE = "a phone's browser"
LIST_OPEN = (
    "a native list or picker is open, and mouse events pass through it: choose with keys (type the option's text, or "
    "press arrow keys, then press enter), or press escape to close it"
)

_RELOAD = ({"f5"}, {"ctrl", "r"})
_BROWSERS_OWN = (
    {"ctrl", "t"}, {"ctrl", "n"}, {"ctrl", "w"}, {"ctrl", "l"}, {"alt", "d"}, {"ctrl", "tab"}, {"ctrl", "shift", "tab"},
    {"ctrl", "shift", "t"}, {"ctrl", "shift", "n"}, {"ctrl", "f4"}, {"alt", "f4"},
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """What an action happens in: the tabs, the one that is seen, the frame its points are of."""

    tabs: Tabs
    tab: Tab
    frame: Frame
    mobile: bool

    @property
    def hand(self) -> Mouse | Fingers:
        return Fingers(self.tab) if self.mobile else Mouse(self.tab)

    def place(self, point: Point) -> Place:
        return self.frame.to_input(point)


def failed(message: str) -> Outcome:
    return Outcome(status="failed", message=message)


async def perform(action: ScreenAction, scene: Scene) -> Outcome:
    """Carry out an action on the page, or refuse it in words."""
    size = scene.frame.size
    for point in points_of(action):
        if not (0 <= point.x < size.width and 0 <= point.y < size.height):
            return failed(f"{point} lies outside the frame of {size}")
    try:
        return await _perform(action, scene)
    except NoSuchKey as error:
        return refused(action, A_BROWSER, f"its keyboard has no key {str(error)!r}")


async def _perform(action: ScreenAction, scene: Scene) -> Outcome:
    match action:
        case Click() | DoubleClick() | TripleClick():
            return await _click(action, scene)
        case LongPress():
            await scene.hand.long_press(scene.place(action.at), action.seconds)
        case Move():
            if scene.mobile:
                return refused(action, A_PHONE, "a finger does not hover")
            await Mouse(scene.tab).move(scene.place(action.at))
        case Drag():
            return await _drag(action, scene)
        case Swipe():
            await scene.hand.swipe([scene.place(point) for point in action.path], action.seconds)
        case Pinch():
            if not scene.mobile:
                return refused(action, A_BROWSER, "a mouse has no two fingers; hold ctrl and scroll where a page zooms")
            await Fingers(scene.tab).pinch(scene.place(action.at), action.factor)
        case Scroll():
            across, down = scene.frame.scale
            by = action.by[0] / across, action.by[1] / down
            await Mouse(scene.tab).scroll(scene.place(action.at) if action.at else None, by)
        case Type():
            await type_text(scene.tab.page, action.text)
        case Paste():
            await scene.tab.page.keyboard.insert_text(action.text)
        case Press() | Hold():
            return await _press(action, scene)
        case Open():
            return await _open(action, scene.tab)
        case Back():
            return await _back(scene.tab)
        case Stop():
            return await _stop(action, scene)
        case Focus():
            return await _focus(action, scene)
        case Wait():
            await asyncio.sleep(action.seconds)
        case Upload():
            return await _upload(action, scene.tabs)
        case Launch() | Home() | Recents():
            return refused(action, A_BROWSER, "open a URL, or focus a tab by its title")
        case Push() | Pull():
            return refused(action, A_BROWSER, "upload a file by the page's own file chooser")
        case Dialog():
            return failed("no dialog is open")
        case _:
            assert_never(action)
    return DONE


async def _click(action: Click | DoubleClick | TripleClick, scene: Scene) -> Outcome:
    place = scene.place(action.at)
    if await covers(scene.tab, place):
        return Outcome(status="refused", message=LIST_OPEN)
    count = {"click": 1, "double_click": 2, "triple_click": 3}[action.kind]
    async with holding(scene.tab.page, playwright_keys(action.modifiers)):
        if not scene.mobile:
            await Mouse(scene.tab).click(place, count, action.button)
        elif action.button != "left":
            return refused(action, A_PHONE, "a finger has one button; use long_press")
        else:
            await Fingers(scene.tab).tap(place, count)
    return DONE


async def _drag(action: Drag, scene: Scene) -> Outcome:
    path = [scene.place(point) for point in action.path]
    async with holding(scene.tab.page, playwright_keys(action.modifiers)):
        if not scene.mobile:
            await Mouse(scene.tab).drag(path, action.button)
        elif action.button != "left":
            return refused(action, A_PHONE, "a finger has one button")
        else:
            await Fingers(scene.tab).drag(path)
    return DONE


async def _press(action: Press | Hold, scene: Scene) -> Outcome:
    keys = {key.lower() for key in action.keys}
    if keys in _BROWSERS_OWN:
        return refused(action, A_BROWSER, "its own shortcuts do nothing here: use open, back, focus and stop")
    if keys in _RELOAD:
        with contextlib.suppress(_took_too_long()):
            await scene.tab.page.reload(timeout=LOADING * 1000)
        return DONE
    if keys == {"alt", "left"}:
        return await _back(scene.tab)
    async with holding(scene.tab.page, playwright_keys(action.keys)):
        if isinstance(action, Hold):
            await asyncio.sleep(action.seconds)
    if keys == {"escape"}:
        scene.tabs.chooser = None
    return DONE


async def _open(action: Open, tab: Tab) -> Outcome:
    from playwright.async_api import Error

    url = address(action.location)
    try:
        answer = await tab.page.goto(url, timeout=LOADING * 1000)
    except _took_too_long():
        return Outcome(message=f"{url} was still loading after {LOADING:g} s")
    except Error as error:
        why = error.message.splitlines()[0].removeprefix("Page.goto: ")
        return DONE if "Download is starting" in why else failed(f"could not open {url}: {why}")
    status = answer.status if answer else 200
    return DONE if status < 400 else Outcome(message=f"the server answered {status}")


async def _back(tab: Tab) -> Outcome:
    history = await tab.send("Page.getNavigationHistory")
    if history["currentIndex"] == 0:
        return failed("there is no page to go back to in this tab")
    with contextlib.suppress(_took_too_long()):
        await tab.page.go_back(timeout=LOADING * 1000)
    return DONE


async def _stop(action: Stop, scene: Scene) -> Outcome:
    tab = await _titled(action.app, scene.tabs) if action.app else scene.tab
    if tab is None:
        return failed(f"no tab's title or address has {action.app!r} in it")
    await tab.page.close()
    return DONE


async def _focus(action: Focus, scene: Scene) -> Outcome:
    tab = await _titled(action.window, scene.tabs)
    if tab is None:
        return failed(f"no tab's title or address has {action.window!r} in it")
    scene.tabs.bring(tab)
    await tab.page.bring_to_front()
    return DONE


async def _titled(part: str, tabs: Tabs) -> Tab | None:
    """The tab, newest first, with a part of its title or address."""
    for tab in reversed(tabs.tabs):
        told = (await tab.send("Target.getTargetInfo"))["targetInfo"]
        if part.casefold() in f"{told['title']}\n{told['url']}".casefold():
            return tab
    return None


async def _upload(action: Upload, tabs: Tabs) -> Outcome:
    chooser = tabs.chooser
    if chooser is None:
        return failed("no file chooser is open: click what opens one first")
    missing = [path for path in action.paths if not Path(path).is_file()]
    if missing:
        return failed(f"no such file: {', '.join(missing)}")
    if len(action.paths) > 1 and not chooser.is_multiple():
        return failed("this file chooser takes one file")
    tabs.chooser = None
    await chooser.set_files(list(action.paths))
    return DONE


def _took_too_long() -> type[Exception]:
    from playwright.async_api import TimeoutError as TookTooLong

    return TookTooLong
