"""The CLIPBOARD selection of X11, by the Inter-Client Communication Conventions (ICCCM 2.0, section 2).

An X11 clipboard is not a store: whoever copied answers each paste. So pasting text for a user means to become the
owner, to answer the one application that is to take the text, and to hand the former content to a small process of
its own, which goes on answering for it after this one has ended: ``python -m ...x11_clipboard DISPLAY``.
"""

import json
import os
import select
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import Xlib.error
from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import SelectionNotify
from Xlib.protocol.request import SetSelectionOwner
from Xlib.xobject.drawable import Window as XWindow

from sightline.environments.desktop.x11_access import display_environ
from sightline.environments.desktop.x11_connection import close_display, lost_display, open_display

_TEXT = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", "TEXT")
_NOT_CONTENT = frozenset(
    ("TARGETS", "TIMESTAMP", "MULTIPLE", "SAVE_TARGETS", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY")
)
_CHUNK = 1 << 16
_CLIENT_BITS = 0x1FFFFF
"""The bits of a resource id that an X server leaves to the client; the others tell clients apart."""

Formats = Mapping[str, bytes]
"""Clipboard content: the same thing in each format it is offered in, by target name."""


class Taken(NamedTuple):
    """An application read the content: its client id, and in which format."""

    client: int
    target: str


class Selection:
    """One connection's view of the clipboard: reading it, owning it, answering for it."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._window: XWindow = display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._window.change_attributes(event_mask=X.PropertyChangeMask)
        self._clipboard = display.get_atom("CLIPBOARD")
        self._place = display.get_atom("SIGHTLINE_SELECTION")
        self._formats: Formats = {}
        self._unread: dict[tuple[int, int], Taken] = {}

    def owned(self) -> bool:
        """Whether anybody offers anything."""
        return bool(self._owner())

    def mine(self) -> bool:
        return self._owner() == self._window.id

    def own(self, formats: Formats) -> None:
        """Offer content from now on, to whoever asks while `answer` is called."""
        self._formats = formats
        self._window.set_selection_owner(self._clipboard, X.CurrentTime)
        self._display.sync()

    def disown(self) -> None:
        """Leave the clipboard empty."""
        self._formats = {}
        SetSelectionOwner(display=self._display.display, window=X.NONE, selection=self._clipboard, time=X.CurrentTime)
        self._display.sync()

    def read(self, target: str, seconds: float = 2.0) -> bytes | None:
        """The content in one format; None when its owner does not give it."""
        self._window.convert_selection(self._clipboard, self._display.get_atom(target), self._place, X.CurrentTime)
        for event in self._events(time.monotonic() + seconds):
            if event.type == X.SelectionNotify:
                return self._received(seconds) if event.property else None
        return None

    def read_all(self) -> dict[str, bytes]:
        """The content in every format its owner offers."""
        listed = self.read("TARGETS")
        atoms = (
            [int.from_bytes(listed[at : at + 4], sys.byteorder) for at in range(0, len(listed or b""), 4)]
            if listed
            else []
        )
        names = [self._display.get_atom_name(atom) for atom in atoms if atom]
        read = {name: self.read(name) for name in names if name not in _NOT_CONTENT}
        return {name: data for name, data in read.items() if data is not None}

    def answer(self, until: float) -> Iterator[Taken]:
        """Answer applications that paste, until a moment of the monotonic clock or the loss of the clipboard.

        Yields when one has read, not only been sent, the content.
        """
        for event in self._events(until):
            match event.type:
                case X.SelectionRequest:
                    self._reply(event)
                case X.PropertyNotify if event.state == X.PropertyDelete:
                    taken = self._unread.pop((event.window.id, event.atom), None)
                    if taken:
                        yield taken
                case X.SelectionClear if not self.mine():
                    return
                case _:
                    pass

    def _owner(self) -> int:
        owner: Any = self._display.get_selection_owner(self._clipboard)
        return int(getattr(owner, "id", owner))

    def _events(self, until: float) -> Iterator[Any]:
        while True:
            while self._display.pending_events():
                yield self._display.next_event()
            left = until - time.monotonic()
            if left <= 0:
                return
            select.select([self._display.fileno()], [], [], min(left, 3600))

    def _received(self, seconds: float) -> bytes:
        """The bytes that were put on this window, in one piece or (INCR) in many."""
        kind, data = self._take()
        if kind != self._display.get_atom("INCR"):
            return data
        parts = list[bytes]()
        for event in self._events(time.monotonic() + seconds):
            if event.type == X.PropertyNotify and event.atom == self._place and event.state == X.PropertyNewValue:
                parts.append(self._take()[1])
                if not parts[-1]:
                    break
        return b"".join(parts)

    def _take(self) -> tuple[int, bytes]:
        found: Any = self._window.get_full_property(self._place, X.AnyPropertyType, sizehint=1 << 16)
        self._window.delete_property(self._place)
        self._display.flush()
        if found is None:
            return 0, b""
        return found.property_type, bytes(found.value) if found.format == 8 else found.value.tobytes()

    def _reply(self, event: Any) -> None:
        """Answer one request, or say that the format is not offered."""
        target = self._display.get_atom_name(event.target)
        place = event.property or event.target
        given = 0
        try:
            if target == "TARGETS":
                atoms = [self._display.get_atom(name) for name in ("TARGETS", *self._formats)]
                event.requestor.change_property(place, Xatom.ATOM, 32, atoms)
                given = place
            elif target in self._formats:
                self._unread[event.requestor.id, place] = Taken(event.requestor.id & ~_CLIENT_BITS, target)
                event.requestor.change_attributes(event_mask=X.PropertyChangeMask)
                data = self._formats[target]
                for at in range(0, max(len(data), 1), _CHUNK):
                    mode = X.PropModeAppend if at else X.PropModeReplace
                    event.requestor.change_property(place, event.target, 8, data[at : at + _CHUNK], mode=mode)
                given = place
            event.requestor.send_event(
                SelectionNotify(
                    time=event.time,
                    requestor=event.requestor,
                    selection=event.selection,
                    target=event.target,
                    property=given,
                )
            )
            self._display.flush()
        except Xlib.error.BadWindow:
            return


class X11Clipboard:
    """The clipboard of one display, borrowed from its user."""

    def __init__(self, name: str, wait_until_read: Callable[[], bool]) -> None:
        self._wait_until_read = wait_until_read
        self._name = name
        self._display = open_display(name)
        self._selection = Selection(self._display)
        self._kept: dict[str, bytes] | None = None

    def read(self) -> str:
        with lost_display(self._name):
            return self._read()

    def _read(self) -> str:
        if not self._selection.owned():
            return ""
        for target in _TEXT:
            data = self._selection.read(target)
            if data is not None:
                return data.decode("latin-1" if target == "STRING" else "utf-8", "replace")
        return ""

    def paste(self, text: str, press: Callable[[], None], seconds: float = 2.0) -> bool:
        """Offer `text`, press, and wait until the application that has the keyboard took it.

        It has `seconds` for that from when it read the keys. Clipboard managers read whatever is offered, so a reader
        of another client counts only when nobody else comes.
        """
        if self._kept is None:
            self._kept = self._selection.read_all() if self._selection.owned() else {}
        self._selection.own(dict.fromkeys(_TEXT[:3], text.encode()))
        wanted = self._client_with_keyboard()
        press()
        others = False
        self._wait_until_read()
        for taken in self._selection.answer(time.monotonic() + seconds):
            if taken.client == wanted:
                return True
            others = True
        return others

    def give_back(self) -> None:
        kept, self._kept = self._kept, None
        if kept is None or not self._selection.mine():
            return
        if not kept:
            self._selection.disown()
            return
        content = json.dumps({name: b64encode(data).decode() for name, data in kept.items()})
        subprocess.run(
            [sys.executable, "-m", __name__, self._name],
            input=content.encode(),
            env={**os.environ, **display_environ(self._name)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )

    def close(self) -> None:
        close_display(self._display)

    def _client_with_keyboard(self) -> int:
        focus: Any = self._display.get_input_focus().focus
        return int(getattr(focus, "id", focus)) & ~_CLIENT_BITS


def keep(name: str) -> None:
    """Own the clipboard of a display with what stdin holds, and go on answering for it in the background.

    Until somebody else copies, or the display closes.
    """
    assert sys.platform != "win32"
    formats = {name: b64decode(data) for name, data in json.load(sys.stdin).items()}
    selection = Selection(Display(name))
    selection.own(formats)
    if os.fork():
        os._exit(0)
    with suppress(Xlib.error.ConnectionClosedError, OSError):
        while selection.mine():
            for _ in selection.answer(time.monotonic() + 3600):
                pass


if __name__ == "__main__":
    keep(sys.argv[1])
