"""The desktop as an environment: capture, hands and windows of one display."""

import os
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
from sightline.environments.desktop.backends.base import Backend, open_backend
from sightline.environments.desktop.hands import Hands, Place
from sightline.environments.desktop.options import DesktopOptions
from sightline.environments.desktop.platforms import needs_new_screen, open_system, require_whole
from sightline.environments.desktop.systems import Area, WindowSystem
from sightline.environments.desktop.virtual import VirtualScreen
from sightline.environments.desktop.workspace import Workspace, failed
from sightline.environments.desktop.x11_access import display_environ
from sightline.environments.geometry import Point
from sightline.tools.errors import InputError, Unavailable


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
        self._environ = dict(os.environ)
        self._opened = ExitStack()
        with ExitStack() as undo:
            undo.callback(self.close)
            try:
                self._open(options, system, backend)
            except ModuleNotFoundError as error:
                missing = str(error.name).partition(".")[0]
                raise Unavailable(f"the desktop needs {missing}; pip install 'sightline[desktop]'") from None
            for command in options.launch:
                self._workspace.start(command)
            self._workspace.changes()
            undo.pop_all()

    def _open(self, options: DesktopOptions, system: WindowSystem | None, backend: Backend | None) -> None:
        from sightline.environments.desktop.capture import Capture

        require_whole("python-xlib")
        display = options.display
        if system is None and needs_new_screen(display):
            screen = VirtualScreen(options.size)
            self._opened.callback(screen.close)
            self._environ, display = screen.environ, screen.display
        self.system = system or open_system(display)
        self._opened.callback(self.system.close)
        self._environ |= display_environ(self.system.display)
        self.capture = Capture(self.system.display, cursor=options.cursor)
        self._opened.callback(self.capture.close)
        self._monitor = self.capture.monitor(options.monitor)
        backend = backend or open_backend(options.backend, self.system.display)
        self._opened.callback(backend.close)
        self._hands = Hands(backend, self.system, self.capture.monitors()[0])
        seen = self.capture.monitor("all") if options.window else self._part()
        self._workspace = Workspace(self.system, self._hands, self._environ, seen)
        self._opened.callback(self._workspace.close)

    def observe(self) -> Observation:
        self._workspace.require_alive()
        active = self.system.active()
        frame = self._frame = self.capture.frame(self._area())
        return Observation(
            frame=frame,
            title=active.title if active else "",
            location=active.program if active else "",
            chooser=active is not None and active.chooser,
            events=self._workspace.changes(),
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
                    return failed("no application took the text when it was pasted; type it instead")
            case Press():
                hands.press(action.keys)
            case Hold():
                with hands.keys(action.keys):
                    hands.rest(action.seconds)
            case Back():
                hands.press(("alt", "left"))
            case Wait():
                hands.rest(action.seconds)
            case Open() | Launch() | Stop() | Focus() | Upload() | Dialog():
                return self._workspace.carry_out(action)
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
        return DONE

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
                return _common(self._workspace.find(self._options.window).area, self._monitor)
            except InputError as error:
                raise Unavailable(f"the window to be seen is not there: {error}") from None
        return self._part()

    def _part(self) -> Area:
        if self._options.region is None:
            return self._monitor
        left, top, right, bottom = self._options.region
        return Area(left, top, right - left, bottom - top)

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


def _common(area: Area, whole: Area) -> Area:
    """The part of an area that lies within another; raises InputError when there is none."""
    left, top = max(area.left, whole.left), max(area.top, whole.top)
    right = min(area.left + area.width, whole.left + whole.width)
    bottom = min(area.top + area.height, whole.top + whole.height)
    if right <= left or bottom <= top:
        raise InputError("it lies outside the monitor")
    return Area(left, top, right - left, bottom - top)
