"""What is done by windows rather than at a place: applications launched, focused, closed, their dialogs answered."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from sightline.environments.actions import Dialog, Focus, Launch, Open, Stop, Upload
from sightline.environments.base import DONE, Outcome
from sightline.environments.desktop.applications import Application
from sightline.environments.desktop.choosers import name_files
from sightline.environments.desktop.hands import Hands
from sightline.environments.desktop.systems import Area, Control, Window, WindowSystem
from sightline.tools.errors import InputError, Unavailable

_LAUNCH_SECONDS = 20.0
_REACT_SECONDS = 2.0
_OPENERS = {"darwin": "open", "win32": "explorer"}


class Workspace:
    """The windows of one desktop, and the applications that a run started on it with the variables in `environ`.

    `seen` is the part of the desktop that the run looks at: what it starts is moved there when it opens elsewhere.
    """

    def __init__(self, system: WindowSystem, hands: Hands, environ: Mapping[str, str], seen: Area) -> None:
        self._system = system
        self._hands = hands
        self._environ = environ
        self._seen = seen
        self._started: list[Application] = []
        self._opened = ExitStack()
        self._titles: dict[int, str] = {}
        self.changes()

    def close(self) -> None:
        """End what was started."""
        self._opened.close()

    def require_alive(self) -> None:
        """Raise Unavailable when something that was started has been killed."""
        for application in self._started:
            if application.killed():
                raise Unavailable(f"{application.ended()}; start the run again")

    def changes(self) -> tuple[str, ...]:
        """Which windows came and went since this was asked last, in words."""
        before, self._titles = self._titles, {window.id: window.title for window in self._system.windows()}
        opened = [f"window {title!r} opened" for number, title in self._titles.items() if number not in before]
        closed = [f"window {title!r} closed" for number, title in before.items() if number not in self._titles]
        return (*closed, *opened)

    def carry_out(self, action: Open | Launch | Stop | Focus | Upload | Dialog) -> Outcome:
        match action:
            case Open():
                return self._launch(f"{_OPENERS.get(sys.platform, 'xdg-open')} '{action.location}'")
            case Launch():
                return self._launch(action.app)
            case Stop():
                return self._stop(action.app)
            case Focus():
                return self._focus(action.window)
            case Upload():
                return self._upload(action.paths)
            case Dialog():
                return self._answer(action)

    def start(self, command: str) -> None:
        """Start an application and wait for its window, and for that to get the keyboard unless it wants none.

        A program that ends well without a window has handed over to one that runs. Raises Unavailable when no window
        comes.
        """
        before = {window.id for window in self._system.windows()}

        def opened() -> list[Window]:
            return [window for window in self._system.windows() if window.title and window.id not in before]

        application = Application(command, self._environ)
        self._started.append(application)
        self._opened.callback(application.stop)

        if not self._becomes(lambda: bool(opened() or application.ended()), _LAUNCH_SECONDS):
            raise Unavailable(f"{command!r} opened no window in {_LAUNCH_SECONDS:g} s; start it by hand to see why")
        if application.failed() and not opened():
            raise Unavailable(f"{application.ended()}; it opened no window")
        self._becomes(lambda: self._active_id() not in (0, *before))
        for window in opened():
            if not self._seen.holds(*window.area.middle):
                self._system.move(window, self._seen.left, self._seen.top)
        self._becomes(lambda: all(self._seen.holds(*window.area.middle) for window in opened()))

    def find(self, wanted: str) -> Window:
        """The topmost window with that in its title or as its program; raises InputError when there is none."""
        windows = self._system.windows()
        for window in reversed(windows):
            if wanted.casefold() in window.title.casefold() or wanted.casefold() == window.program.casefold():
                return window
        titles = ", ".join(repr(window.title) for window in windows) or "none"
        raise InputError(f"no window has {wanted!r} in its title; open are: {titles}")

    def _launch(self, command: str) -> Outcome:
        try:
            self.start(command)
        except Unavailable as error:
            return failed(str(error))
        return DONE

    def _focus(self, wanted: str) -> Outcome:
        window = self.find(wanted)
        self._system.focus(window)
        if self._becomes(lambda: self._active_id() == window.id):
            return DONE
        return failed(f"{window.title!r} did not come to the front")

    def _stop(self, wanted: str) -> Outcome:
        window = self.find(wanted) if wanted else self._system.active()
        if window is None:
            return failed("no window is in front to be closed")
        self._system.close_window(window)
        if self._becomes(lambda: all(other.id != window.id for other in self._system.windows())):
            return DONE
        return Outcome(message=f"{window.title!r} was asked to close and is still open: it may ask something first")

    def _upload(self, paths: tuple[str, ...]) -> Outcome:
        """Name files in an open file chooser, then accept it."""
        active = self._system.active()
        if active is None or not active.chooser:
            return failed("no file chooser is open; open one first")
        name_files(paths, self._hands, self._controls, self._becomes)
        accepted = self._accept(active)
        # The first Enter may only close a list of completions.
        return accepted if accepted == DONE else self._accept(active)

    def _controls(self) -> tuple[Control, ...]:
        """What applications tell over AT-SPI; none elsewhere than on X11, or without jeepney."""
        try:
            from sightline.environments.desktop.atspi import read_controls
        except ImportError:
            return ()
        return read_controls(self._environ.get("DBUS_SESSION_BUS_ADDRESS", "")) if self._system.display else ()

    def _answer(self, action: Dialog) -> Outcome:
        active = self._system.active()
        if active is None or not (active.dialog or active.chooser):
            return failed("no dialog is open to be answered; click what is to be clicked")
        if action.text:
            self._hands.write(action.text)
        return self._accept(active, "enter" if action.accept else "escape")

    def _accept(self, dialog: Window, key: str = "enter") -> Outcome:
        self._hands.press((key,))
        if self._becomes(lambda: self._active_id() != dialog.id):
            return DONE
        return failed(f"{dialog.title!r} is still open after the {key} key")

    def _active_id(self) -> int:
        active = self._system.active()
        return active.id if active else 0

    def _becomes(self, true: Callable[[], bool], seconds: float = _REACT_SECONDS) -> bool:
        """Wait until something is so, for as long as an application may take to react."""
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                return False
            self._hands.rest(0.01)
        return True


def failed(message: str) -> Outcome:
    return Outcome(status="failed", message=message)
