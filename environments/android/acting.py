"""Carrying out actions on a phone."""

import time
from collections.abc import Callable
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
from sightline.environments.android import apps, keyboard
from sightline.environments.android.apps import failed
from sightline.environments.android.gestures import Gesture, Place, fingers, gesture
from sightline.environments.android.resident import Resident
from sightline.environments.android.state import PhoneState
from sightline.environments.base import DONE, Frame, Outcome, StaleFrame, refused
from sightline.environments.geometry import Point
from sightline.tools.adb import AdbPhone, Refused

_DOWNLOADS = "/sdcard/Download"


@dataclass(frozen=True)
class Scene:
    """What an action happens in: the phone, what was seen of it last, and how it was then."""

    phone: AdbPhone
    resident: Resident | None
    frame: Frame | None
    state: PhoneState

    def when_on(self, do: Callable[[], Outcome]) -> Outcome:
        return do() if self.state.awake else failed(self.state.troubles[0])


def carry_out(action: ScreenAction, scene: Scene) -> Outcome:
    """Do it; raises `Lost` or `Stalled` when the phone went away meanwhile."""
    phone = scene.phone
    match action:
        case Click() | DoubleClick() | TripleClick() | LongPress() | Drag() | Swipe() | Scroll() | Pinch():
            return _touch(action, scene)
        case Type() | Paste():
            return scene.when_on(lambda: keyboard.type_text(phone, action.text, scene.resident))
        case Press():
            return keyboard.press(phone, action.keys)
        case Hold():
            return keyboard.press(phone, action.keys, hold=action.seconds)
        case Back() | Home() | Recents():
            key = {"back": "back", "home": "apphome", "recents": "recents"}[action.kind]
            return keyboard.press(phone, (key,))
        case Open():
            return apps.open_location(phone, action.location)
        case Launch():
            return apps.launch(phone, action.app)
        case Focus():
            return apps.launch(phone, action.window)
        case Stop():
            return apps.stop(phone, action.app)
        case Wait():
            time.sleep(action.seconds)
            return DONE
        case Upload():
            return _upload(action, phone)
        case Push():
            return _push(phone, Path(action.path), action.to)
        case Pull():
            return _pull(phone, action.path, Path(action.to))
        case Move():
            return refused(action, "a touch screen", "a finger cannot hover")
        case Dialog():
            return refused(action, "android", "click the dialog's own buttons")
        case _:
            assert_never(action)


def _touch(action: Gesture | Pinch, scene: Scene) -> Outcome:
    frame = scene.frame
    if frame is None:
        raise StaleFrame("nothing was seen yet")
    if isinstance(action, Click | DoubleClick | TripleClick | Drag) and action.button != "left":
        return refused(action, "a touch screen", "a finger has no other buttons; use long_press")
    if isinstance(action, Click | DoubleClick | TripleClick | Drag) and action.modifiers:
        return refused(action, "a touch screen", "no keys can be held while touching")

    places = tuple(_place(frame, point) for point in points_of(action))
    size = frame.size.width / frame.scale[0], frame.size.height / frame.scale[1]
    if isinstance(action, Pinch):
        if not scene.resident:
            return refused(action, "this phone", "only uiautomator2's resident server has two fingers")
        starts, ends = fingers(action, places[0], size)
        scene.resident.pinch(starts, ends)
        return DONE
    if isinstance(action, Scroll):
        by = round(action.by[0] / frame.scale[0]), round(action.by[1] / frame.scale[1])
        action = action.model_copy(update={"by": by})
    line = gesture(action, places, size)
    limit = scene.phone.limit + (action.seconds if isinstance(action, LongPress | Swipe) else 0)
    return scene.when_on(lambda: keyboard.told(scene.phone.shell(line, limit)))


def _place(frame: Frame, point: Point) -> Place:
    """A pixel in input units: itself where both are the same, else the middle of it, which is no whole number."""
    x, y = frame.to_input(point)
    return (point.x, point.y) if frame.scale == (1.0, 1.0) else (round(x, 2), round(y, 2))


def _upload(action: Upload, phone: AdbPhone) -> Outcome:
    paths = [Path(path) for path in action.paths]
    for path in paths:
        outcome = _push(phone, path, f"{_DOWNLOADS}/{path.name}")
        if outcome.status != "done":
            return outcome
    names = ", ".join(path.name for path in paths)
    return Outcome(message=f"put {names} into {_DOWNLOADS}; pick it there in the file chooser")


def _push(phone: AdbPhone, local: Path, remote: str) -> Outcome:
    try:
        data = local.read_bytes()
    except OSError as error:
        return failed(f"{local}: cannot be read ({error.strerror})")
    try:
        phone.push(data, remote)
    except Refused as error:
        return failed(str(error))
    return DONE


def _pull(phone: AdbPhone, remote: str, local: Path) -> Outcome:
    """A file that does not arrive whole leaves what was here as it was."""
    try:
        data = phone.pull(remote)
    except Refused as error:
        return failed(str(error))
    part = local.with_name(f"{local.name}.part")
    try:
        part.write_bytes(data)
        part.replace(local)
    except OSError as error:
        part.unlink(missing_ok=True)
        return failed(f"{local}: cannot be written ({error.strerror})")
    return DONE
