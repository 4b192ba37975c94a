"""The desktop as an environment: capture, hands and windows of one display."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
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
)  # fmt: skip
from sightline.environments.base import (
    DONE,
    Element,
    Fact,
    Facts,
    Frame,
    Observation,
    Outcome,
    Platform,
    StaleFrame,
    read_fact,
    refused,
)  # fmt: skip
from sightline.environments.desktop.applications import Application
from sightline.environments.desktop.backends.base import Backend, open_backend
from sightline.environments.desktop.hands import Hands, Place
from sightline.environments.desktop.options import DesktopOptions
from sightline.environments.desktop.systems import Area, Window, WindowSystem
from sightline.environments.desktop.virtual import VirtualScreen
from sightline.environments.geometry import Point
from sightline.tools.errors import InputError, Unavailable

_LAUNCH_SECONDS = 20.0
_REACT_SECONDS = 2.0


def window_system(display: str) -> WindowSystem:
    """The window system of this platform; `display` names an X11 display and means nothing elsewhere."""
    if sys.platform == "win32":
        from sightline.environments.desktop.windows import Windows

        return Windows()
    if sys.platform == "darwin":
        from sightline.environments.desktop.macos import MacOS

        return MacOS()
    from sightline.environments.desktop.x11 import X11

    return X11(display)


def needs_new_screen(wanted: str) -> bool:
    """Whether to start a virtual screen; raises Unavailable for a Wayland session, which nobody may look into."""
    if wanted or sys.platform in ("win32", "darwin"):
        return wanted == "new"
    wayland = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    if wayland and os.environ.get("DISPLAY"):
        raise Unavailable(
            "this is a Wayland session, which lets no program see or click another's windows; "
            "use --display new for a private screen, or log in to an X11 session"
        )
    return not os.environ.get("DISPLAY")


class DesktopEnvironment:
    """A desktop that can be seen and acted on; `options` say which and what of it.

    `system` and `backend` replace the ones that the options and the platform name. Raises Unavailable, saying what to
    install, when the desktop cannot be had.
    """

    platform: Platform = "desktop"

    def __init__(
        self, options: DesktopOptions, *, system: WindowSystem | None = None, backend: Backend | None = None
    ) -> None:
        self._options = options
        self._frame: Frame | None = None
        self._titles: dict[int, str] = {}
        self._running: list[Application] = []
        self._environ = dict(os.environ)
        self._opened = ExitStack()
        with ExitStack() as undo:
            undo.callback(self.close)
            self._open(options, system, backend)
            for command in options.launch:
                self._start(command)
            self._titles = {window.id: window.title for window in self.system.windows()}
            undo.pop_all()

    def _open(self, options: DesktopOptions, system: WindowSystem | None, backend: Backend | None) -> None:
        try:
            from sightline.environments.desktop.capture import Capture
        except ImportError as error:
            raise Unavailable(f"the desktop needs {error.name}; pip install 'sightline[desktop]'") from None
        display = options.display
        if system is None and needs_new_screen(display):
            screen = VirtualScreen(options.size)
            self._opened.callback(screen.close)
            self._environ, display = screen.environ, screen.display
        self.system = system or window_system(display)
        self._opened.callback(self.system.close)
        if self.system.display:
            self._environ["DISPLAY"] = self.system.display
        self.capture = Capture(self.system.display, cursor=options.cursor)
        self._opened.callback(self.capture.close)
        self._monitor = self.capture.monitor(options.monitor)
        backend = backend or open_backend(options.backend, self.system.display)
        self._opened.callback(backend.close)
        self._hands = Hands(backend, self.system, self.capture.monitors()[0])

    def observe(self) -> Observation:
        for application in self._running:
            if application.killed():
                raise Unavailable(f"{application.ended()}; start the run again")
        active = self.system.active()
        frame = self._frame = self.capture.frame(self._area())
        return Observation(
            frame=frame,
            title=active.title if active else "",
            location=active.program if active else "",
            chooser=active is not None and active.chooser,
            events=self._events(),
            facts=Facts(self._fact),
            read_elements=lambda: self._elements(frame),
        )

    def act(self, action: ScreenAction) -> Outcome:
        self._hands.check_corners()
        try:
            return self._carry_out(action)
        except InputError as error:
            return Outcome(status="failed", message=str(error))

    def close(self) -> None:
        self._opened.close()

    def _carry_out(self, action: ScreenAction) -> Outcome:
        hands = self._hands
        match action:
            case Click():
                hands.click(self._place(action.at), action.button, action.modifiers, 1)
            case DoubleClick():
                hands.click(self._place(action.at), action.button, action.modifiers, 2)
            case TripleClick():
                hands.click(self._place(action.at), action.button, action.modifiers, 3)
            case LongPress():
                hands.move(self._place(action.at))
                with hands.button("left"):
                    hands.rest(action.seconds)
            case Move():
                hands.move(self._place(action.at))
            case Drag():
                hands.drag([self._place(point) for point in action.path], action.button, action.modifiers)
            case Scroll():
                if action.at is not None:
                    hands.move(self._place(action.at))
                hands.scroll(action.by)
            case Type():
                hands.write(action.text)
            case Paste():
                if not hands.paste(action.text):
                    return _failed("no application took the text when it was pasted; type it instead")
            case Press():
                hands.press(action.keys)
            case Hold():
                with hands.keys(action.keys):
                    hands.rest(action.seconds)
            case Back():
                hands.press(("alt", "left"))
            case Wait():
                hands.rest(action.seconds)
            case _:
                return self._carry_out_by_windows(action)
        return DONE

    def _carry_out_by_windows(
        self, action: Open | Launch | Stop | Focus | Upload | Push | Pull | Dialog | Home | Recents | Swipe | Pinch
    ) -> Outcome:
        match action:
            case Open():
                opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
                return self._launch(f"{opener} '{action.location}'")
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
            case Swipe():
                return refused(action, "the desktop", "scroll or drag instead")
            case Pinch():
                return refused(action, "the desktop", "press ctrl and + or - to zoom")
            case Home() | Recents():
                return refused(action, "the desktop", "focus or launch an application by its name")
            case Push() | Pull():
                return refused(action, "the desktop", "its files are on this computer already")
            case _:
                assert_never(action)

    def _place(self, point: Point) -> Place:
        """Where a point of the frame seen last lies, in whole input units."""
        if self._frame is None or point.frame != self._frame.id:
            raise StaleFrame(f"point {point} belongs to another frame than the one seen last")
        x, y = self._frame.to_input(point)
        return int(x // 1), int(y // 1)

    def _area(self) -> Area:
        """What is to be seen now: a window wherever it is, a region, or the monitor."""
        if self._options.window:
            try:
                return _common(self._find(self._options.window).area, self._monitor)
            except InputError as error:
                raise Unavailable(f"the window to be seen is not there: {error}") from None
        if self._options.region:
            left, top, right, bottom = self._options.region
            return Area(left, top, right - left, bottom - top)
        return self._monitor

    def _events(self) -> tuple[str, ...]:
        """Which windows came and went since the last look."""
        before, self._titles = self._titles, {window.id: window.title for window in self.system.windows()}
        opened = [f"window {title!r} opened" for number, title in self._titles.items() if number not in before]
        closed = [f"window {title!r} closed" for number, title in before.items() if number not in self._titles]
        return (*closed, *opened)

    def _fact(self, kind: Fact, name: str) -> str | None:
        match kind:
            case "clipboard":
                return self.system.clipboard.read()
            case "windows":
                return "\n".join(window.title for window in self.system.windows())
            case _:
                return read_fact(kind, name)

    def _elements(self, frame: Frame) -> tuple[Element, ...]:
        """What applications tell over AT-SPI; nothing elsewhere than on X11, or without jeepney."""
        try:
            from sightline.environments.desktop.atspi import read_elements
        except ImportError:
            return ()
        return read_elements(self._environ.get("DBUS_SESSION_BUS_ADDRESS", ""), frame) if self.system.display else ()

    def _start(self, command: str) -> None:
        """Start an application and wait for its window, and for that to get the keyboard unless it wants none.

        A program that ends well without a window has handed over to one that runs. Raises Unavailable when no window
        comes.
        """
        before = {window.id for window in self.system.windows()}
        application = Application(command, self._environ)
        self._running.append(application)
        self._opened.callback(application.stop)

        def opened() -> bool:
            return any(window.title and window.id not in before for window in self.system.windows())

        if not self._becomes(lambda: opened() or bool(application.ended()), _LAUNCH_SECONDS):
            raise Unavailable(f"{command!r} opened no window in {_LAUNCH_SECONDS:g} s; start it by hand to see why")
        if application.failed() and not opened():
            raise Unavailable(f"{application.ended()}; it opened no window")
        self._becomes(lambda: self._active_id() not in (0, *before))

    def _launch(self, command: str) -> Outcome:
        try:
            self._start(command)
        except Unavailable as error:
            return _failed(str(error))
        return DONE

    def _find(self, wanted: str) -> Window:
        """The topmost window with that in its title or as its program; raises InputError when there is none."""
        windows = self.system.windows()
        for window in reversed(windows):
            if wanted.casefold() in window.title.casefold() or wanted.casefold() == window.program.casefold():
                return window
        titles = ", ".join(repr(window.title) for window in windows) or "none"
        raise InputError(f"no window has {wanted!r} in its title; open are: {titles}")

    def _focus(self, wanted: str) -> Outcome:
        window = self._find(wanted)
        self.system.focus(window)
        if self._becomes(lambda: self._active_id() == window.id):
            return DONE
        return _failed(f"{window.title!r} did not come to the front")

    def _stop(self, wanted: str) -> Outcome:
        window = self._find(wanted) if wanted else self.system.active()
        if window is None:
            return _failed("no window is in front to be closed")
        self.system.close_window(window)
        if self._becomes(lambda: all(other.id != window.id for other in self.system.windows())):
            return DONE
        return Outcome(message=f"{window.title!r} was asked to close and is still open: it may ask something first")

    def _upload(self, paths: tuple[str, ...]) -> Outcome:
        """Name files in an open file chooser: its location entry, then Enter."""
        active = self.system.active()
        if active is None or not active.chooser:
            return _failed("no file chooser is open; open one first")
        path, *others = paths
        if others:
            return _failed("a desktop file chooser takes one file at a time by its name; upload them one by one")
        way = {"darwin": ("meta", "shift", "g"), "win32": ("alt", "n")}.get(sys.platform, ("ctrl", "l"))
        self._hands.press(way)
        self._hands.press(("meta" if sys.platform == "darwin" else "ctrl", "a"))
        self._hands.write(path)
        accepted = self._accept(active)
        # The first Enter may only close a list of completions.
        return accepted if accepted == DONE else self._accept(active)

    def _answer(self, action: Dialog) -> Outcome:
        active = self.system.active()
        if active is None or not (active.dialog or active.chooser):
            return _failed("no dialog is open to be answered; click what is to be clicked")
        if action.text:
            self._hands.write(action.text)
        return self._accept(active, "enter" if action.accept else "escape")

    def _accept(self, dialog: Window, key: str = "enter") -> Outcome:
        self._hands.press((key,))
        if self._becomes(lambda: self._active_id() != dialog.id):
            return DONE
        return _failed(f"{dialog.title!r} is still open after the {key} key")

    def _active_id(self) -> int:
        active = self.system.active()
        return active.id if active else 0

    def _becomes(self, true: Callable[[], bool], seconds: float = _REACT_SECONDS) -> bool:
        """Wait until something is so, for as long as an application may take to react."""
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                return False
            self._hands.rest(0.01)
        return True


def _failed(message: str) -> Outcome:
    return Outcome(status="failed", message=message)


def _common(area: Area, whole: Area) -> Area:
    """The part of an area that lies within another; raises InputError when there is none."""
    left, top = max(area.left, whole.left), max(area.top, whole.top)
    right = min(area.left + area.width, whole.left + whole.width)
    bottom = min(area.top + area.height, whole.top + whole.height)
    if right <= left or bottom <= top:
        raise InputError("it lies outside the monitor")
    return Area(left, top, right - left, bottom - top)
