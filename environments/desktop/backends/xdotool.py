"""Mouse and keyboard by the program xdotool, one process for each call: slow, for where nothing else can be used."""

import os
import shutil
import subprocess

from sightline.environments.actions import Button
from sightline.environments.desktop.backends.xtest import BUTTONS, WHEEL
from sightline.environments.desktop.x11_access import display_environ
from sightline.environments.desktop.x11_keys import X11Keyboard
from sightline.tools.errors import Unavailable

_CHARS_A_CALL = 200


class XdotoolBackend:
    """Names keys to xdotool by their key codes, so that the layout decides and not xdotool's own table."""

    def __init__(self, display: str) -> None:
        program = shutil.which("xdotool")
        if program is None:
            raise Unavailable(
                "xdotool is not installed; apt-get install xdotool, or use the backend pyautogui or xtest"
            )
        self._program = program
        self._keyboard = X11Keyboard.of(display)
        self._environment = {**os.environ, **display_environ(display)}

    def move(self, x: int, y: int) -> None:
        self._run("mousemove", str(x), str(y))

    def click(self, x: int, y: int, button: Button, times: int) -> None:
        click = ("click", "--delay", "0", "--repeat", str(times), str(BUTTONS[button]))
        self._run("mousemove", str(x), str(y), *click)

    def button(self, button: Button, *, down: bool) -> None:
        self._run("mousedown" if down else "mouseup", str(BUTTONS[button]))

    def wheel(self, right: int, down: int) -> None:
        for turns, way in ((right, "right" if right > 0 else "left"), (down, "down" if down > 0 else "up")):
            if turns:
                self._run("click", "--delay", "0", "--repeat", str(abs(turns)), str(WHEEL[way]))

    def key(self, name: str, *, down: bool) -> None:
        if len(name) == 1 and down:
            self._keyboard.read_layout()
        key, held = self._keyboard.stroke(name)
        codes = (*held, key) if down else (key, *reversed(held))
        self._run("keydown" if down else "keyup", *map(str, codes))

    def typable(self, text: str) -> frozenset[str]:
        return self._keyboard.typable(text)

    def write(self, text: str) -> None:
        strokes = self._keyboard.strokes()
        for start in range(0, len(text), _CHARS_A_CALL):
            words = list[str]()
            for char in text[start : start + _CHARS_A_CALL]:
                key, held = strokes[char]
                words += (word for code in held for word in ("keydown", str(code)))
                words += ("key", "--delay", "0", str(key))
                words += (word for code in reversed(held) for word in ("keyup", str(code)))
            self._run(*words)

    def close(self) -> None:
        self._keyboard.close()

    def _run(self, *words: str) -> None:
        ran = subprocess.run([self._program, *words], env=self._environment, capture_output=True, check=False)
        if ran.returncode or ran.stderr:
            said = " ".join(ran.stderr.decode(errors="replace").split()) or f"exit code {ran.returncode}"
            raise Unavailable(f"xdotool {words[0]} failed: {said}; check that the display is still there")
