"""The wire to an Android phone: commands, files and sockets through an adb server, each with a time limit.

The server's own protocol is adbutils' business. What is done here instead, and why: commands are read by the shell
protocol v2, which keeps output, errors and the return code apart; reading is linear in the size of the output; nothing
waits for longer than it was told; and no server is ever started, stopped or restarted behind anyone's back.
"""

import os
import shlex
import socket
import struct
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sightline.tools.adb_wire import MARK, Result, Wire
from sightline.tools.errors import InputError, Unavailable

try:
    from adbutils import AdbClient, AdbConnection, AdbError, adb_path
except ValueError:  # it reads the port while it is imported
    _port = os.environ.get("ANDROID_ADB_SERVER_PORT")
    raise InputError(f"ANDROID_ADB_SERVER_PORT is {_port!r}: expected a port number, such as 5037") from None

_BLOCK = 1 << 16


class Lost(Unavailable):
    """The phone or the adb server went away while it was in use; what was being sent may or may not have arrived."""


class Broken(Lost):
    """An answer broke off although the phone is still there."""


class Refused(Unavailable):
    """The phone is there and says no: a file that cannot be read or written."""


class Stalled(Unavailable):
    """The phone took longer to answer than it was given."""


@dataclass(frozen=True)
class Listed:
    """A phone the adb server knows: its serial, its state (``device`` when it can be used) and its model's name."""

    serial: str
    state: str
    model: str = ""

    @property
    def advice(self) -> str:
        """What to do about a phone that cannot be used; empty when it can."""
        match self.state:
            case "device":
                return ""
            case "unauthorized" | "authorizing":
                return (
                    "unlock the phone and allow USB debugging from this computer; no question there? "
                    "revoke USB debugging authorisations in its developer options and plug it in again"
                )
            case "offline":
                again = (
                    f"`adb disconnect {self.serial}` and `adb connect {self.serial}`"
                    if _is_address(self.serial)
                    else ""
                )
                return f"{again or 'plug it in again, or `adb reconnect offline`'}; then restart the phone"
            case "no":  # adb prints "no permissions (...)"
                return "this user may not open the USB device: install Android's udev rules"
            case _:
                return f"start the phone normally: it is in state {self.state!r}"


def _is_address(serial: str) -> bool:
    return ":" in serial


class _Connection(AdbConnection):
    """adbutils' connection, which neither starts a server that is missing nor sleeps when it is closed."""

    def __init__(self, host: str, port: int, limit: float) -> None:
        self._place, self._limit = (host, port), limit
        super().__init__(host, port)

    def _safe_connect(self) -> socket.socket:
        return socket.create_connection(self._place, self._limit)

    def close(self) -> None:
        self.conn.close()


class _Client(AdbClient):
    def make_connection(self, timeout: float | None = None) -> AdbConnection:
        return _Connection(self.host, self.port, timeout or 20)


class AdbServer:
    """An adb server at ``host:port``; by ``ANDROID_ADB_SERVER_HOST`` and ``_PORT``, or 127.0.0.1:5037, when empty."""

    def __init__(self, address: str = "") -> None:
        host, _, port = address.rpartition(":")
        port = port or os.environ.get("ANDROID_ADB_SERVER_PORT", "5037")
        if not port.isdecimal():
            raise InputError(f"adb server {address or port!r}: expected host:port, such as 127.0.0.1:5037")
        self.host = host or os.environ.get("ANDROID_ADB_SERVER_HOST", "127.0.0.1")
        self.port = int(port)
        self.client = _Client(self.host, self.port)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def ensure(self) -> None:
        """Start a server on this machine when none listens there; one that runs is left as it is."""
        if self._listens():
            return
        if self.host not in ("127.0.0.1", "localhost"):
            raise Unavailable(f"no adb server answers at {self}; start one there")
        environment = {**os.environ, "ANDROID_ADB_SERVER_PORT": str(self.port)}
        try:
            subprocess.run([adb_path(), "start-server"], env=environment, check=True, capture_output=True, timeout=30)
        except (AdbError, OSError, subprocess.SubprocessError) as error:
            raise Unavailable(
                f"no adb server runs at {self} and none could be started ({error}); install adb"
            ) from None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(3)
            return probe.connect_ex((self.host, self.port)) == 0

    def phones(self) -> tuple[Listed, ...]:
        """The phones the server knows, usable or not."""
        with self.explaining():
            return tuple(
                Listed(it.serial, it.state, it.tags.get("model", "")) for it in self.client.list(extended=True)
            )

    def connect(self, serial: str) -> str:
        """Connect to a phone over the network (``host:port``); gives what the server said."""
        with self.explaining():
            return self.client.connect(serial, timeout=15)

    @contextmanager
    def explaining(self, serial: str = "") -> Generator[None]:
        """Tell what goes wrong on the way to the server, or to the phone behind it, in a sentence of one line."""
        try:
            yield
        except TimeoutError:
            raise Stalled(f"{serial or f'the adb server at {self}'} did not answer in time") from None
        except (AdbError, OSError, EOFError) as error:
            if not serial:
                raise Lost(
                    f"no adb server answers at {self} ({error}); start it with `adb -P {self.port} start-server`"
                ) from None
            raise self.explained(serial, str(error)) from None

    def explained(self, serial: str, said: str = "") -> Lost:
        """Why a phone cannot be reached just now."""
        if not self._listens():
            return Lost(f"the adb server at {self} has gone; start it with `adb -P {self.port} start-server`")
        known = next((phone for phone in self.phones() if phone.serial == serial), None)
        if known is None:
            return Lost(f"no phone {serial!r} is connected; `sightline devices` lists those that are")
        if known.advice:
            return Lost(f"phone {serial} is {known.state}: {known.advice}")
        return Broken(f"phone {serial} broke off its answer ({said or 'closed'})")


class AdbPhone:
    """One phone; ``limit`` is how long a command may take, in seconds, when nothing else is said."""

    def __init__(self, server: AdbServer, serial: str, limit: float = 20) -> None:
        self.server, self.serial, self.limit = server, serial, limit
        self._framed: bool | None = None

    def has_shell_v2(self) -> bool:
        """Whether output, errors and return codes can be told apart (Android 7 and later)."""
        if self._framed is None:
            with self.server.explaining(self.serial), self.server.client.make_connection(self.limit) as connection:
                connection.send_command(f"host-serial:{self.serial}:features")
                connection.check_okay()
                self._framed = "shell_v2" in connection.read_string_block().split(",")
        return self._framed

    def shell(self, command: str | Sequence[str], limit: float | None = None) -> Result:
        """Run a command: a line for the phone's shell, or words that reach the program exactly as they are.

        Raises `Stalled` after ``limit`` seconds and `Lost` when the connection breaks; a failing command is a result.
        """
        line = command if isinstance(command, str) else shlex.join(command)
        framed = self.has_shell_v2()
        with self._service(f"shell,v2,raw:{line}" if framed else f"exec:({line}); echo {MARK}$?", limit) as wire:
            return wire.read_framed() if framed else wire.read_marked()

    def push(self, data: bytes, path: str, limit: float = 120) -> None:
        """Put a file on the phone and check that all of it arrived."""
        with self._service("sync:", limit) as wire:
            target = f"{path},{0o100644}".encode()
            wire.send(b"SEND" + struct.pack("<I", len(target)) + target)
            for start in range(0, len(data), _BLOCK):
                piece = data[start : start + _BLOCK]
                wire.send(b"DATA" + struct.pack("<I", len(piece)) + piece)
            wire.send(b"DONE" + struct.pack("<I", int(time.time())))
            kind, length = struct.unpack("<4sI", wire.exactly(8))
            if kind != b"OKAY":
                said = wire.exactly(length).decode("utf-8", "replace")
                raise Refused(f"{path} could not be written on phone {self.serial}: {said}")
            wire.send(b"STAT" + struct.pack("<I", len(path.encode())) + path.encode())
            _, _, size, _ = struct.unpack("<4s3I", wire.exactly(16))
        if size != len(data) % (1 << 32):
            raise Refused(f"{path} has {size} bytes on phone {self.serial} where {len(data)} were sent")

    def pull(self, path: str, limit: float = 120) -> bytes:
        """Read a file of the phone."""
        data = bytearray()
        with self._service("sync:", limit) as wire:
            wire.send(b"RECV" + struct.pack("<I", len(path.encode())) + path.encode())
            while True:
                kind, length = struct.unpack("<4sI", wire.exactly(8))
                if kind == b"DONE":
                    return bytes(data)
                piece = wire.exactly(length)
                if kind != b"DATA":
                    said = piece.decode("utf-8", "replace")
                    raise Refused(f"{path} could not be read on phone {self.serial}: {said}")
                data += piece

    @contextmanager
    def reach(self, port: int, limit: float) -> Generator[socket.socket]:
        """A connection to a TCP port of the phone itself; raises Unavailable when nothing listens there."""
        connection = self._transport(limit)
        try:
            connection.send_command(f"tcp:{port}")
            connection.check_okay()
            yield connection.conn
        except AdbError:
            raise Unavailable(f"nothing listens at port {port} of phone {self.serial}") from None
        finally:
            connection.close()

    @contextmanager
    def reverse(self, port: int) -> Generator[int]:
        """Let the phone reach a port of this computer; gives the port it must ask for on itself."""
        given = int(self._reverse(f"forward:tcp:0;tcp:{port}") or port)
        try:
            yield given
        finally:
            with suppress(Unavailable):
                self._reverse(f"killforward:tcp:{given}")

    def _reverse(self, request: str) -> str:
        with self.server.explaining(self.serial), self._transport(self.limit) as connection:
            connection.send_command(f"reverse:{request}")
            connection.check_okay()  # the service was opened
            connection.check_okay()  # and did what it was asked
            return connection.read_string_block() if request.startswith("forward:tcp:0") else ""

    def stream(self, command: str) -> socket.socket:
        """Start a command that lives until the socket that is given back is closed."""
        connection = self._transport(self.limit)
        with self.server.explaining(self.serial):
            connection.send_command(f"shell,v2,raw:{command}")
            connection.check_okay()
            return connection.conn

    def _transport(self, limit: float) -> AdbConnection:
        """A connection that leads to the phone's daemon, not yet to one of its services."""
        with self.server.explaining(self.serial):
            connection = self.server.client.make_connection(limit)
            try:
                connection.send_command(f"host:transport:{self.serial}")
                connection.check_okay()
            except (AdbError, OSError):
                connection.close()
                raise
            return connection

    def require(self) -> None:
        """Be sure that the phone can be used: one that is away is asked back, one that never was is not waited for."""
        if not _is_address(self.serial) and all(phone.serial != self.serial for phone in self.server.phones()):
            raise self.server.explained(self.serial)
        self.reconnect()

    def reconnect(self, seconds: float = 20) -> None:
        """Get a phone that went away back, by means that touch no other phone; raises `Lost` when it stays away."""
        deadline = time.monotonic() + seconds
        asked = 0.0
        while True:
            state = next((phone.state for phone in self.server.phones() if phone.serial == self.serial), "absent")
            if state == "device":
                return
            if state == "unauthorized" or time.monotonic() > deadline:
                raise self.server.explained(self.serial)
            if time.monotonic() - asked > 2:
                self._ask_back()
                asked = time.monotonic()
            time.sleep(0.1)

    def _ask_back(self) -> None:
        with self.server.explaining():
            if _is_address(self.serial):  # "already connected" may hide an offline phone: let go of it first
                self.server.client.disconnect(self.serial)
                self.server.client.connect(self.serial, timeout=5)
                return
            with self.server.client.make_connection(timeout=5) as connection:
                connection.send_command(f"host-serial:{self.serial}:reconnect")

    @contextmanager
    def _service(self, name: str, limit: float | None) -> "Generator[Wire]":
        limit = limit or self.limit
        try:
            with self.server.explaining(self.serial):
                deadline = time.monotonic() + limit
                with self._transport(limit) as connection:
                    wire = Wire(connection.conn, deadline)
                    payload = name.encode()
                    wire.send(f"{len(payload):04x}".encode() + payload)
                    connection.check_okay()
                    yield wire
        except Stalled:
            what = name.partition(":")[2][:60] or "a file transfer"
            raise Stalled(f"phone {self.serial} did not finish {what!r} in {limit:g} s") from None
