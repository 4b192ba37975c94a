"""A private virtual screen: Xvfb with the window manager openbox and a session bus of its own."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from sightline.environments.desktop.x11_access import display_environ, forget_cookie, keep_cookie, write_cookie
from sightline.tools.errors import Unavailable

_PACKAGES = {"Xvfb": "xvfb", "openbox": "openbox"}
_START_SECONDS = 15.0


def stop_process(process: "subprocess.Popen[bytes]", seconds: float = 3.0) -> None:
    """End a process that leads its own session, and what it started: politely, then by force."""
    if sys.platform == "win32":
        process.kill()
        process.wait(seconds)
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait(seconds)


class VirtualScreen:
    """One screen of ``size`` pixels that nobody else sees; ``environ`` is what its applications are started with.

    Each has a display number the server picks itself, so any number run side by side, and a cookie without which
    nobody on this machine can see it or type into it.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        for program, package in _PACKAGES.items():
            if shutil.which(program) is None:
                raise Unavailable(
                    f"a virtual screen needs {program}, which is not installed; apt-get install {package} "
                    "(or name a running X11 display with --display :0)"
                )
        self.size = size
        self._processes: list[subprocess.Popen[bytes]] = []
        self._guard: subprocess.Popen[bytes] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="sightline-screen-"))
        self._cookie = self._folder / "authority"
        self.display = ""
        with ExitStack() as undo:
            undo.callback(self.close)
            write_cookie(self._cookie)
            self.display = f":{self._start_server()}"
            keep_cookie(self.display, self._cookie)
            self.environ = self._environment()
            self._start_session_bus()
            self._start_window_manager()
            self._guard = self._start_guard()
            undo.pop_all()

    def close(self) -> None:
        """End the screen with everything on it; safe to call twice."""
        while self._processes:
            stop_process(self._processes.pop())
        if self._guard is not None:
            self._guard.communicate(b"closed\n")
            self._guard = None
        forget_cookie(self.display, self._cookie)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start_server(self) -> int:
        reader, writer = os.pipe()
        try:
            command = [
                "Xvfb", "-displayfd", str(writer), "-auth", str(self._cookie), "-nolisten", "tcp", "-noreset",
                "-screen", "0", f"{self.size[0]}x{self.size[1]}x24",
            ]  # fmt: skip
            server = self._run(command, pass_fds=(writer,))
            os.close(writer)
            said = b""
            deadline = time.monotonic() + _START_SECONDS
            while not said.endswith(b"\n") and server.poll() is None and time.monotonic() < deadline:
                if select.select([reader], [], [], 0.1)[0]:
                    said += os.read(reader, 16)
        finally:
            os.close(reader)
        if not said.endswith(b"\n"):
            raise Unavailable(
                f"Xvfb did not start in {_START_SECONDS:g} s{self._log_tail('Xvfb')}; try Xvfb :99 by hand"
            )
        return int(said)

    def _environment(self) -> dict[str, str]:
        """The caller's environment, turned towards this screen and away from the user's session and settings."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XMODIFIERS", "GTK_IM_MODULE")
        }
        return kept | {
            **display_environ(self.display),
            "GDK_BACKEND": "x11",
            "QT_QPA_PLATFORM": "xcb",
            "XDG_SESSION_TYPE": "x11",
            "GTK_USE_PORTAL": "0",
            "GSETTINGS_BACKEND": "memory",
        }

    def _start_session_bus(self) -> None:
        """A bus of its own keeps an application from handing over to the user's running one; without it, none."""
        if shutil.which("dbus-daemon") is None:
            self.environ["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
            return
        address = f"unix:path={self._folder / 'bus'}"
        self._run(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"], env=self.environ)
        self.environ["DBUS_SESSION_BUS_ADDRESS"] = address
        deadline = time.monotonic() + _START_SECONDS
        while not (self._folder / "bus").exists():
            if time.monotonic() > deadline:
                raise Unavailable(f"dbus-daemon did not start{self._log_tail('dbus-daemon')}; check its installation")
            time.sleep(0.01)

    def _start_window_manager(self) -> None:
        from sightline.environments.desktop.x11_connection import open_display

        manager = self._run(
            ["openbox", "--sm-disable"], env=self.environ | {"XDG_CONFIG_HOME": str(self._folder / "config")}
        )
        display = open_display(self.display)
        try:
            root, sign = display.screen().root, display.get_atom("_NET_SUPPORTING_WM_CHECK")
            deadline = time.monotonic() + _START_SECONDS
            while root.get_full_property(sign, 0) is None:
                if manager.poll() is not None or time.monotonic() > deadline:
                    raise Unavailable(f"openbox did not start{self._log_tail('openbox')}; try it by hand under Xvfb")
                time.sleep(0.01)
        finally:
            display.close()

    def _start_guard(self) -> "subprocess.Popen[bytes]":
        """A shell that ends the screen when this process dies without closing it, which it knows by its input's end."""
        groups = [f"-{process.pid}" for process in self._processes]
        return subprocess.Popen(
            ["sh", "-c", 'read -r word && exit; kill -- "$@"; rm -rf "$0"', str(self._folder), *groups],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def _run(
        self, command: list[str], *, env: dict[str, str] | None = None, pass_fds: tuple[int, ...] = ()
    ) -> "subprocess.Popen[bytes]":
        with (self._folder / f"{command[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, pass_fds=pass_fds,
                start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return process

    def _log_tail(self, program: str) -> str:
        lines = (self._folder / f"{program}.log").read_text(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f" ({said[-1]})" if said else ""
