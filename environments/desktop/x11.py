"""X11: windows by the Extended Window Manager Hints (EWMH 1.5), pointer and keyboard by the core protocol."""

import select
import time
from typing import Any

import Xlib.error
from Xlib import X, Xatom
from Xlib.protocol.event import ClientMessage
from Xlib.xobject.drawable import Window as XWindow

from sightline.environments.desktop.systems import Area, Window
from sightline.environments.desktop.x11_clipboard import X11Clipboard
from sightline.environments.desktop.x11_connection import close_display, lost_display, open_display
from sightline.environments.desktop.x11_keys import X11Keyboard
from sightline.tools.errors import InputError

_PAGER = 2
"""EWMH's source indication of a pager: a window manager obeys it where it would refuse an application."""
_X_AND_Y = 1 << 8 | 1 << 9
"""Which of x, y, width and height a request to move a window gives."""

_CHOOSER_ROLES = ("GtkFileChooserDialog", "GtkFileChooserNativePortal", "QFileDialog")


class X11:
    """One X11 display. Its input units are the pixels of the whole screen, whatever scale applications draw at."""

    name = "X11"
    writes_unicode = False

    def __init__(self, display: str) -> None:
        self._connection = open_display(display)
        self.display = self._connection.get_display_name()
        self._root = self._connection.screen().root
        self.keyboard = X11Keyboard(self._connection)
        self.clipboard = X11Clipboard(self.display, self.wait_until_read)

    def windows(self) -> tuple[Window, ...]:
        with lost_display(self.display):
            ids = self._property(self._root, "_NET_CLIENT_LIST_STACKING") or self._property(
                self._root, "_NET_CLIENT_LIST"
            )
            found = (self._window(int(number)) for number in ids)
            return tuple(window for window in found if window)

    def active(self) -> Window | None:
        with lost_display(self.display):
            ids = self._property(self._root, "_NET_ACTIVE_WINDOW")
            return self._window(int(ids[0])) if ids and ids[0] else None

    def focus(self, window: Window) -> None:
        self._ask("_NET_ACTIVE_WINDOW", window, (_PAGER, X.CurrentTime, 0, 0, 0))

    def move(self, window: Window, left: int, top: int) -> None:
        self._ask("_NET_MOVERESIZE_WINDOW", window, (_PAGER << 12 | _X_AND_Y, left, top, 0, 0))

    def close_window(self, window: Window) -> None:
        self._ask("_NET_CLOSE_WINDOW", window, (X.CurrentTime, _PAGER, 0, 0, 0))

    def pointer(self) -> tuple[int, int]:
        with lost_display(self.display):
            where = self._root.query_pointer()
            return where.root_x, where.root_y

    def write_unicode(self, text: str) -> None:
        """Type by giving spare keys the characters for a moment; see `X11Keyboard.lend`."""
        with lost_display(self.display):
            self.keyboard.lend(text, self.wait_until_read)

    def close(self) -> None:
        self.clipboard.close()
        close_display(self._connection)

    def _window(self, number: int) -> Window | None:
        """What is known of a window; None when it has just gone."""
        handle = self._handle(number)
        try:
            shape = handle.get_geometry()
            corner = self._root.translate_coords(handle, 0, 0)
        except (Xlib.error.BadWindow, Xlib.error.BadDrawable):
            return None
        title = self._text(handle, "_NET_WM_NAME") or self._text(handle, "WM_NAME")
        role = self._text(handle, "WM_WINDOW_ROLE")
        kinds = self._property(handle, "_NET_WM_WINDOW_TYPE")
        pids = self._property(handle, "_NET_WM_PID")
        return Window(
            id=number,
            title=title,
            program=self._text(handle, "WM_CLASS").split("\0")[0],
            pid=int(pids[0]) if pids else 0,
            area=Area(int(corner.x), int(corner.y), int(shape.width), int(shape.height)),
            dialog=self._connection.get_atom("_NET_WM_WINDOW_TYPE_DIALOG") in kinds,
            chooser=role in _CHOOSER_ROLES,
        )

    def _handle(self, number: int) -> XWindow:
        return self._connection.create_resource_object("window", number)

    def _property(self, handle: XWindow, name: str) -> list[int]:
        try:
            found: Any = handle.get_full_property(self._connection.get_atom(name), X.AnyPropertyType)
        except Xlib.error.BadWindow:
            return []
        return list(found.value) if found is not None and found.format == 32 else []

    def _text(self, handle: XWindow, name: str) -> str:
        try:
            found: Any = handle.get_full_property(self._connection.get_atom(name), X.AnyPropertyType)
        except Xlib.error.BadWindow:
            return ""
        if found is None or found.format != 8:
            return ""
        data = bytes(found.value)
        return data.decode("latin-1" if found.property_type == Xatom.STRING else "utf-8", "replace").strip("\0")

    def _ask(self, request: str, window: Window, data: tuple[int, ...]) -> None:
        """Send the window manager a client message about a window."""
        self._send(self._root, self._handle(window.id), request, data)

    def _send(self, to: XWindow, about: XWindow, kind: str, data: tuple[int, ...]) -> None:
        message = ClientMessage(window=about, client_type=self._connection.get_atom(kind), data=(32, list(data)))
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask if to == self._root else 0
        with lost_display(self.display):
            to.send_event(message, event_mask=mask)
            self._connection.sync()

    def wait_until_read(self, seconds: float = 10.0) -> bool:
        """Wait until the active window has read every event sent so far; False at once if it cannot tell.

        The ping of EWMH takes its turn behind the keys in the application's queue, so an answer says that they were
        read. Raises InputError when none comes in so many seconds: the application hangs.
        """
        window = self.active()
        if window is None or self._connection.get_atom("_NET_WM_PING") not in self._property(
            self._handle(window.id), "WM_PROTOCOLS"
        ):
            return False
        stamp = int(time.monotonic() * 1000) & 0x7FFFFFFF
        handle = self._handle(window.id)
        self._root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._send(handle, handle, "WM_PROTOCOLS", (self._connection.get_atom("_NET_WM_PING"), stamp, window.id, 0, 0))
        until = time.monotonic() + seconds
        try:
            while not self._answered(stamp) and self._window(window.id) is not None:
                if time.monotonic() > until:
                    raise InputError(f"{window.title!r} has read no input for {seconds:g} s; the application hangs")
                select.select([self._connection.fileno()], [], [], 0.1)
        finally:
            self._root.change_attributes(event_mask=X.NoEventMask)
        return True

    def _answered(self, stamp: int) -> bool:
        while self._connection.pending_events():
            event: Any = self._connection.next_event()
            if event.type == X.ClientMessage and list(event.data[1])[:2] == [
                self._connection.get_atom("_NET_WM_PING"),
                stamp,
            ]:
                return True
        return False
