"""Mouse and keyboard by the XTEST extension of X11: the shortest way, and one display per instance."""

from Xlib import X
from Xlib.ext import xtest

from sightline.environments.actions import Button
from sightline.environments.desktop.x11_connection import close_display, lost_display, open_display
from sightline.environments.desktop.x11_keys import X11Keyboard

BUTTONS: dict[Button, int] = {"left": 1, "middle": 2, "right": 3}
WHEEL = {"up": 4, "down": 5, "left": 6, "right": 7}


class XTestBackend:
    def __init__(self, display: str) -> None:
        self._display = open_display(display)
        self._name = self._display.get_display_name()
        self._keyboard = X11Keyboard(self._display)

    def move(self, x: int, y: int) -> None:
        self._send((X.MotionNotify, 0, x, y))

    def click(self, x: int, y: int, button: Button, times: int) -> None:
        press, release = ((kind, BUTTONS[button], 0, 0) for kind in (X.ButtonPress, X.ButtonRelease))
        self._send((X.MotionNotify, 0, x, y), *(press, release) * times)

    def button(self, button: Button, *, down: bool) -> None:
        self._send((X.ButtonPress if down else X.ButtonRelease, BUTTONS[button], 0, 0))

    def wheel(self, right: int, down: int) -> None:
        for turns, way in ((right, "right" if right > 0 else "left"), (down, "down" if down > 0 else "up")):
            for _ in range(abs(turns)):
                self._send((X.ButtonPress, WHEEL[way], 0, 0), (X.ButtonRelease, WHEEL[way], 0, 0))

    def key(self, name: str, *, down: bool) -> None:
        with lost_display(self._name):
            self._keyboard.key(name, down=down)

    def typable(self, text: str) -> frozenset[str]:
        with lost_display(self._name):
            return self._keyboard.typable(text)

    def write(self, text: str) -> None:
        with lost_display(self._name):
            self._keyboard.write(text)

    def close(self) -> None:
        close_display(self._display)

    def _send(self, *events: tuple[int, int, int, int]) -> None:
        with lost_display(self._name):
            for kind, detail, x, y in events:
                xtest.fake_input(self._display, kind, detail, x=x, y=y)
            self._display.sync()
