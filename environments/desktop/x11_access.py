"""Who may open a private X11 display: those who know its cookie, which a file keeps that only its owner can read."""

import os
import secrets
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

_FAMILY_LOCAL = 256
_FILES: dict[str, str] = {}
"""The cookie's file of each display that this process started."""
_ENVIRON = RLock()


def write_cookie(path: Path) -> None:
    """Write a file with a fresh cookie for displays of this machine, in the format of Xau(3): counted big-endian."""
    name, cookie = b"MIT-MAGIC-COOKIE-1", secrets.token_bytes(16)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(struct.pack(">H", _FAMILY_LOCAL))
        for part in (socket.gethostname().encode(), b"", name, cookie):
            file.write(struct.pack(">H", len(part)) + part)


def keep_cookie(display: str, path: Path) -> None:
    """Remember which file opens a display, until `forget_cookie`."""
    _FILES[display] = str(path)


def forget_cookie(display: str, path: Path) -> None:
    """Forget it, unless another screen has taken the display's name since."""
    if _FILES.get(display) == str(path):
        del _FILES[display]


def display_environ(display: str) -> dict[str, str]:
    """The environment variables by which a program opens a display; none where there are no X11 displays."""
    cookie = {"XAUTHORITY": _FILES[display]} if display in _FILES else {}
    return {"DISPLAY": display, **cookie} if display else {}


@contextmanager
def turned_to(display: str) -> Generator[None]:
    """This process's own environment has those variables meanwhile: libraries look for the cookie nowhere else."""
    wanted = display_environ(display)
    with _ENVIRON:
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
