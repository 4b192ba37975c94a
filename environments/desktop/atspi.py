"""What applications say of themselves over AT-SPI, the accessibility bus of X11 and Wayland desktops.

Spoken over D-Bus by jeepney: the registry's children are applications, theirs are windows and controls, and Component
gives the place of one on the screen (AT-SPI 2, the interface files of at-spi2-core).
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, TypeVar, cast

import jeepney
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import DBusErrorResponse

from sightline.environments.base import Element, Frame
from sightline.environments.desktop.systems import Area, Control
from sightline.environments.geometry import Box

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_ROOT = "/org/a11y/atspi/accessible/root"
_SCREEN_COORDINATES = 0
_CHECKED, _FOCUSED, _SELECTED, _SHOWING, _CHECKABLE = 4, 12, 23, 25, 41
"""Numbers of states in AtspiStateType."""
_ROLES = {
    "push button": "button", "toggle button": "button", "check box": "checkbox", "radio button": "radio",
    "check menu item": "menuitemcheckbox", "radio menu item": "menuitemradio", "menu item": "menuitem",
    "menu": "menuitem", "entry": "textbox", "text": "textbox", "password text": "textbox", "combo box": "combobox",
    "page tab": "tab", "list item": "listitem", "table cell": "cell", "tree item": "treeitem", "slider": "slider",
    "spin button": "spinbutton", "link": "link", "label": "text", "static": "text", "icon": "img", "heading": "heading",
}  # fmt: skip
"""Elements worth naming, and what ARIA calls them."""
_SECONDS = 1.0
_MOST = 3000
"""Objects looked at in one reading: a table may have millions of cells."""


class _Object(NamedTuple):
    bus: str
    path: str


_T = TypeVar("_T")


class _Reply(Protocol):
    body: tuple[Any, ...]


class _Bus(Protocol):
    """The part of jeepney's untyped connection that is used here."""

    def send_and_get_reply(self, message: object, *, timeout: float) -> _Reply: ...


class _Shown(NamedTuple):
    """Something that is shown: its role as ARIA calls it, where, and its states as bits."""

    object: _Object
    role: str
    area: Area
    states: int


def read_elements(session_bus: str, frame: Frame) -> tuple[Element, ...]:
    """What is shown in a frame and has a name; empty where no accessibility bus answers."""
    return _read(session_bus, lambda bus, shown: _element(bus, shown, frame))


def read_controls(session_bus: str) -> tuple[Control, ...]:
    """What is shown on the whole desktop; empty where no accessibility bus answers."""
    return _read(session_bus, _control)


def _read(session_bus: str, judge: Callable[[_Bus, _Shown], _T | None]) -> tuple[_T, ...]:
    """What `judge` makes of everything that is shown, without the Nones."""
    try:
        with open_dbus_connection(session_bus or "SESSION") as session:
            place = _Object("org.a11y.Bus", "/org/a11y/bus")
            address = _call(cast(_Bus, session), place, "org.a11y.Bus", "GetAddress")
        with open_dbus_connection(address) as bus:
            return tuple(_walk(cast(_Bus, bus), judge))
    except (OSError, KeyError, DBusErrorResponse):
        return ()


def _walk(bus: _Bus, judge: Callable[[_Bus, _Shown], _T | None]) -> Iterator[_T]:
    waiting = _children(bus, _Object("org.a11y.atspi.Registry", _ROOT))
    windows = [window for application in waiting for window in _children(bus, application)]
    waiting = windows[::-1]
    for _ in range(_MOST):
        if not waiting:
            return
        each = waiting.pop()
        try:
            states = _states(bus, each)
            if not states >> _SHOWING & 1:
                continue
            role = _ROLES.get(_call(bus, each, _ACCESSIBLE, "GetRoleName"))
            judged = judge(bus, _Shown(each, role, _area(bus, each), states)) if role else None
        except (DBusErrorResponse, TimeoutError):
            continue  # it has gone, or its application does not answer
        if judged is not None:
            yield judged
        waiting += reversed(_children(bus, each))


def _children(bus: _Bus, parent: _Object) -> list[_Object]:
    try:
        return [_Object(*child) for child in _call(bus, parent, _ACCESSIBLE, "GetChildren")]
    except (DBusErrorResponse, TimeoutError):
        return []


def _states(bus: _Bus, each: _Object) -> int:
    low, high = _call(bus, each, _ACCESSIBLE, "GetState")
    return low | high << 32


def _name(bus: _Bus, each: _Object) -> str:
    return _call(bus, each, "org.freedesktop.DBus.Properties", "Get", "ss", (_ACCESSIBLE, "Name"))[1].strip()


def _area(bus: _Bus, each: _Object) -> Area:
    return Area(*_call(bus, each, "org.a11y.atspi.Component", "GetExtents", "u", (_SCREEN_COORDINATES,)))


def _element(bus: _Bus, shown: _Shown, frame: Frame) -> Element | None:
    box = _box(shown.area, frame)
    if box is None:
        return None
    name = _name(bus, shown.object)
    if not (name or shown.role == "textbox"):
        return None
    checked = bool(shown.states >> _CHECKED & 1) if shown.states >> _CHECKABLE & 1 else None
    return Element(role=shown.role, name=name, box=box, checked=checked)


def _control(bus: _Bus, shown: _Shown) -> Control:
    selected, focused = (bool(shown.states >> state & 1) for state in (_SELECTED, _FOCUSED))
    return Control(shown.role, _name(bus, shown.object), shown.area, selected, focused)


def _box(area: Area, frame: Frame) -> Box | None:
    """A place on the screen as a box of the frame; None when it lies outside."""
    size = frame.size
    left, top = (area.left - frame.origin[0]) * frame.scale[0], (area.top - frame.origin[1]) * frame.scale[1]
    right, bottom = left + area.width * frame.scale[0], top + area.height * frame.scale[1]
    edges = max(0, round(left)), max(0, round(top)), min(size.width, round(right)), min(size.height, round(bottom))
    if edges[2] <= edges[0] or edges[3] <= edges[1]:
        return None
    return Box(left=edges[0], top=edges[1], right=edges[2], bottom=edges[3], frame=frame.id)


def _call(bus: _Bus, to: _Object, interface: str, method: str, signature: str = "", body: tuple[Any, ...] = ()) -> Any:
    """The one value a method answers; raises DBusErrorResponse or TimeoutError."""
    address = jeepney.DBusAddress(to.path, bus_name=to.bus, interface=interface)
    message = cast(Any, jeepney).new_method_call(address, method, signature or None, body)
    reply = bus.send_and_get_reply(message, timeout=_SECONDS)
    if cast(Any, reply).header.message_type is jeepney.MessageType.error:
        raise DBusErrorResponse(reply)
    return reply.body[0]
