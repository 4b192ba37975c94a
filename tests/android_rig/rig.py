"""A phone without a phone: the true adb server and the true adbd around a screen that shows real phone pages.

    with Rig(Path(folder)) as rig:
        rig.serial, rig.server_port

Everything listens on loopback at ports the system gives out, belongs to the rig by process id, and has a HOME of its
own. ``python -m tests.android_rig.rig`` starts one and says how to reach it until it is interrupted.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import platformdirs

from sightline.environments.browser.locate import find_browser
from sightline.tools.errors import Unavailable
from tests.android_rig.apps import fetch_apps
from tests.android_rig.framework import COMMANDS

HERE = Path(__file__).parent
TOYS = "ls cat cp rm mv mkdir stat ps date sleep grep sed head tail wc md5sum touch chmod find printf kill true".split()
NEEDED = ("adb", "bwrap", "clang", "ld.lld", "Xvfb", "xdotool", "mksh", "toybox")
Daemon = Literal["true", "python"]


def missing() -> str:
    """What this machine lacks to run the rig, in words; empty when it can."""
    built = cache() / "adbd" / "adbd"
    wanted = [name for name in NEEDED if not (built.exists() and name in ("clang", "ld.lld"))]
    lacking = [name for name in wanted if not shutil.which(name)]
    if lacking:
        return f"the Android rig needs {', '.join(lacking)}"
    try:
        find_browser()
    except Unavailable as error:
        return f"the Android rig needs a browser: {error}"
    trial = subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "true"], capture_output=True, text=True)
    return f"the Android rig needs bubblewrap's namespaces: {trial.stderr.strip()}" if trial.returncode else ""


def cache() -> Path:
    """Where adbd and the phone pages are kept between runs, once per machine and user."""
    return platformdirs.user_cache_path("sightline") / "android-rig"


def until(done: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.02)


def listening() -> socket.socket:
    """A loopback socket to hand to a daemon, at a port of the system's choice."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 0))
    server.listen(16)
    return server


class Rig:
    """One phone, held upright at the start: ``size`` in pixels, ``density`` in pixels per CSS pixel."""

    def __init__(
        self,
        *,
        size: tuple[int, int] = (1080, 2400),
        density: float = 2.625,
        daemon: Daemon = "true",
        secure: bool = False,
    ) -> None:
        self.size, self.density, self.daemon, self.secure = size, density, daemon, secure
        self.folder = Path(tempfile.mkdtemp(prefix="phone-"))
        self.root = self.folder / "root"
        self.adbd: subprocess.Popen[bytes] | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        self.port = 0

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def serial(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to reach this rig's adb server and no other."""
        return {
            "ANDROID_ADB_SERVER_PORT": str(self.server_port),
            "HOME": str(self.folder),
            "ANDROID_SERIAL": self.serial,
        }

    def start(self) -> None:
        subprocess.run([HERE / "build_adbd.sh", cache() / "adbd"], check=True)
        fetch_apps(cache() / "apps")
        self._lay_out()
        self._start_phone()
        with listening() as server:
            self.server_port = server.getsockname()[1]
        self.start_server()
        with listening() as server:
            self.port = server.getsockname()[1]
        self.start_adbd()
        if not self.secure:
            self.connect()

    def _lay_out(self) -> None:
        """The phone's own directories: commands, data, storage."""
        system = self.folder / "system"
        for folder in (self.folder / "run", system, self.root / "data/local/tmp", self.root / "sdcard"):
            folder.mkdir(parents=True)
        (self.root / "data/misc/adb").mkdir(parents=True)
        shutil.copy(HERE / "device" / "command", system / "command")
        for name in [*COMMANDS, "app_process"]:
            (system / name).symlink_to("command")
        for name in TOYS:
            (system / name).symlink_to("/usr/bin/toybox")
        (system / "sh").symlink_to("/usr/bin/mksh")

    def _start_phone(self) -> None:
        apps, chromium = cache() / "apps", find_browser().path
        words = [self.folder, *self.size, self.density, apps, chromium]
        self.phone = self._start(
            [sys.executable, "-m", "tests.android_rig.phone", *map(str, words)],
            {**os.environ, "PYTHONPATH": str(HERE.parents[1])},
            "phone",
        )
        log = self.folder / "phone.log"
        until(lambda: "ready" in log.read_text() or self.phone.poll() is not None, "the phone's screen", 60)
        if self.phone.poll() is not None:
            raise RuntimeError(f"the phone did not start: {log.read_text()[-2000:]}")

    def _start(
        self, command: list[str], environment: Mapping[str, str], name: str, keep: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=keep,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def start_server(self) -> None:
        """An adb server of our own; it neither looks for emulators nor shares keys with anyone."""
        environment = {**os.environ, "HOME": str(self.folder), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553"}
        command = ["adb", "-L", f"tcp:localhost:{self.server_port}", "server", "nodaemon"]
        self.server = self._start(command, environment, "adb")
        until(lambda: self.adb("version-check", "devices"), "the adb server")

    def adb(self, *words: str) -> str:
        """Run the adb client against this rig's server; never starts a server."""
        words = words[1:] if words[0] == "version-check" else words
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.server_port)):
                return ""
        environment = {**os.environ, "HOME": str(self.folder)}
        command = ["adb", "-P", str(self.server_port), *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30).stdout

    def start_adbd(self, faults: dict[str, Any] | None = None) -> None:
        """The daemon, alone with its own /system, /data and /sdcard, at the port it had before, if any."""
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", self.port))
        server.listen(16)
        number = server.fileno()
        run = self.folder / "run"
        properties = {
            "service.adb.listen_addrs": f"acceptfd:{number}",
            "ro.adb.secure": str(int(self.secure)),
            "ro.debuggable": "0",
            "ro.product.name": "aosp_phone",
            "ro.product.model": "HostPhone",
            "ro.product.device": "hostphone",
        }
        (run / "properties").write_text("".join(f"{key}={value}\n" for key, value in properties.items()))
        self.set_faults(**(faults or {}))
        for name in ("adbd", "fault_adbd.py"):
            source = cache() / "adbd" / name if name == "adbd" else HERE / name
            if not (run / name).exists():
                shutil.copy(source, run / name)
        program = (
            ["/rig/adbd"] if self.daemon == "true" else ["/usr/bin/python3", "-I", "/rig/fault_adbd.py", str(number)]
        )
        environment = {
            "PATH": "/system/bin",
            "PHONE_SOCKET": "/rig/phone.socket",
            "ADBD_PROPS": "/rig/properties",
            "ANDROID_DATA": "/data",
        }
        self.adbd = self._start([*self._walls(), *program], environment, "adbd", (number,))
        server.close()

    def _walls(self) -> list[str]:
        walls = [
            shutil.which("bwrap") or "bwrap",
            "--die-with-parent",
            "--ro-bind",
            "/usr",
            "/usr",
            "--ro-bind",
            "/etc",
            "/etc",
        ]
        for name in ("bin", "lib", "lib64", "sbin"):
            walls += ["--symlink", f"usr/{name}", f"/{name}"]
        walls += ["--unshare-pid", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/"]
        walls += ["--bind", str(self.folder / "run"), "/rig", "--ro-bind", str(self.folder / "system"), "/system/bin"]
        return [*walls, "--bind", str(self.root / "data"), "/data", "--bind", str(self.root / "sdcard"), "/sdcard"]

    def stop_adbd(self) -> None:
        """The phone goes away, as a phone that is unplugged does."""
        assert self.adbd
        os.killpg(self.adbd.pid, signal.SIGKILL)
        self.adbd.wait()

    def stop_server(self) -> None:
        self.server.terminate()
        self.server.wait()

    def connect(self) -> None:
        self.adb("connect", self.serial)
        until(lambda: f"{self.serial}\tdevice" in self.adb("devices"), "the phone to come online")

    def authorise(self) -> None:
        """What a finger on "Always allow from this computer" does."""
        key = (self.folder / ".android" / "adbkey.pub").read_text()
        (self.root / "data/misc/adb/adb_keys").write_text(key)

    def set_faults(self, **faults: Any) -> None:
        """What goes wrong in the Python daemon from now on; nothing when empty."""
        (self.folder / "run" / "faults.json").write_text(json.dumps(faults))

    def control(self, *words: str) -> Any:
        """Say something to the phone behind adb's back: ``set``, ``eval``, ``log`` or ``front``."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(str(self.folder / "run" / "phone.socket"))
            connection.sendall(json.dumps(["phonectl", *words]).encode() + b"\n")
            answer = connection.makefile("rb")
            code, length, _ = struct.unpack("<iII", answer.read(12))
            assert code == 0, words
            output = answer.read(length)
        return json.loads(output) if output else None

    def set(self, **switches: Any) -> None:
        """Turn switches of the phone: ``rig.set(locked=True)``."""
        self.control("set", json.dumps(switches))

    def page(self, script: str) -> Any:
        """What a script says inside the page the phone shows."""
        return self.control("eval", script)

    def close(self) -> None:
        if self.adbd and self.adbd.poll() is None:
            self.stop_adbd()
        for process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), Rig() as rig:
        print(" ".join(f"{key}={value}" for key, value in rig.environment.items()), flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
