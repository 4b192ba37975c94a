"""Naming files in an open file chooser: one by its location entry, several by selecting them in its list."""

import sys
from collections.abc import Callable
from pathlib import Path

from sightline.environments.desktop.hands import COMMAND, Hands
from sightline.environments.desktop.systems import Control
from sightline.tools.errors import InputError

_LOCATION = {"darwin": ("meta", "shift", "g"), "win32": ("alt", "n")}.get(sys.platform, ("ctrl", "l"))

Controls = Callable[[], tuple[Control, ...]]
Becomes = Callable[[Callable[[], bool]], bool]
"""Waits for a while until something is so, and says whether it came."""


def name_files(paths: tuple[str, ...], hands: Hands, controls: Controls, becomes: Becomes) -> None:
    """Leave a chooser that has the keyboard so that Enter accepts these files; `controls` are what it shows.

    Raises InputError when it cannot take several at once.
    """
    if len(paths) == 1:
        _write_location(paths[0], hands)
    elif sys.platform == "win32":
        _write_location(" ".join(f'"{path}"' for path in paths), hands)
    else:
        _select(paths, hands, controls, becomes)


def _write_location(text: str, hands: Hands) -> None:
    hands.press(_LOCATION)
    hands.press((COMMAND, "a"))
    hands.write(text)


def _select(paths: tuple[str, ...], hands: Hands, controls: Controls, becomes: Becomes) -> None:
    folder, *others = {Path(path).parent for path in paths}
    names = {Path(path).name for path in paths}
    if others or sys.platform == "darwin":
        raise InputError("this file chooser takes several files only of one folder; upload them one by one")
    _open_folder(folder, hands, controls, becomes)

    def rows() -> dict[str, Control]:
        return {control.name: control for control in controls() if control.role == "cell" and control.name in names}

    def chosen() -> bool:
        cells = [control for control in controls() if control.role == "cell"]
        column = {cell.area.left for cell in cells if cell.name in names}
        return {cell.name for cell in cells if cell.selected and cell.area.left in column} == names

    if not becomes(lambda: rows().keys() == names):
        missing = ", ".join(map(repr, sorted(names - rows().keys())))
        raise InputError(f"the file chooser does not show {missing}, or not over AT-SPI; upload the files one by one")
    for _ in range(3):  # once a folder is read a chooser selects a file of its own, at times after the clicks
        _click(rows(), hands)
        if becomes(chosen):
            return
    raise InputError("this file chooser takes one file at a time; upload them one by one")


def _click(rows: dict[str, Control], hands: Hands) -> None:
    for number, row in enumerate(rows.values()):
        left, top, width, height = row.area
        hands.click((left + width // 2, top + height // 2), "left", ("ctrl",) if number else (), 1)


def _open_folder(folder: Path, hands: Hands, controls: Controls, becomes: Becomes) -> None:
    def typing() -> bool:
        return any(control.focused and control.role == "textbox" for control in controls())

    _write_location(f"{folder}/", hands)
    becomes(typing)
    hands.press(("enter",))
    if not becomes(lambda: not typing()):
        hands.press(("enter",))  # the first one only closed a list of completions
        becomes(lambda: not typing())
