"""Which desktop is meant and what it needs: the window system of this platform, or a private screen."""

import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from sightline.environments.desktop.systems import WindowSystem
from sightline.tools.errors import Unavailable


def open_system(display: str) -> WindowSystem:
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


def require_whole(package: str) -> None:
    """Raise Unavailable when files of an installed package are not its own any more, as far as their sizes tell.

    PyAutoGUI brings python3-xlib 0.15, whose modules have the names of python-xlib's and which opens no display unless
    there are cookies in the home folder. Installed one after the other, the later one is there; at once, some of both.
    """
    try:
        files = distribution(package).files or ()
    except PackageNotFoundError:
        return
    for file in files:
        path = Path(str(file.locate()))
        if file.size is not None and (not path.is_file() or path.stat().st_size != file.size):
            raise Unavailable(
                f"{file} is not the one of {package}: another package, such as python3-xlib, wrote over it; "
                f"pip install --force-reinstall --no-deps {package}"
            )
