"""A real HTTP server on this machine that answers chat completions, well or badly, as it is told."""

import json
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Connection"], None]


@dataclass
class Spoken:
    """What a server was asked, and the address it listens at."""

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    sizes: list[int] = field(default_factory=list[int])
    keys: list[str] = field(default_factory=list[str])
    paths: list[str] = field(default_factory=list[str])


class Connection:
    """One request, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler

    def headers(self, status: int = 200, kind: str = "text/event-stream", **more: str) -> None:
        self._handler.send_response(status)
        for name, value in {"content-type": kind, "connection": "close", **more}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def write(self, data: str) -> None:
        self._handler.wfile.write(data.encode())
        self._handler.wfile.flush()

    def piece(self, text: str, finish: str | None = None, logprobs: object = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish, "logprobs": logprobs}
        self.event({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})

    def event(self, data: object) -> None:
        self.write(f"data: {json.dumps(data)}\n\n")

    def usage(self, asked: int, answered: int, cached: int = 0) -> None:
        known = {"cached_tokens": cached}
        counted = {"prompt_tokens": asked, "completion_tokens": answered, "prompt_tokens_details": known}
        self.event({"id": "1", "object": "chat.completion.chunk", "model": "m", "choices": [], "usage": counted})

    def done(self) -> None:
        self.write("data: [DONE]\n\n")

    def cut(self) -> None:
        """Ends the connection in the middle of a chunk."""
        self._handler.connection.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def drip(self, data: str) -> None:
        """Writes a byte now and then, for a minute: longer than anyone should listen."""
        for number in range(600):
            self.write(data[number % len(data)])
            self.wait(0.1)


def says(text: str, *, asked: int = 7, answered: int = 3, cached: int = 0) -> Reply:
    def reply(connection: Connection) -> None:
        connection.headers()
        for part in (text[: len(text) // 2], text[len(text) // 2 :]):
            connection.piece(part)
        connection.piece("", "stop")
        connection.usage(asked, answered, cached)
        connection.done()

    return reply


def fails(status: int, message: str = "no", **headers: str) -> Reply:
    def reply(connection: Connection) -> None:
        connection.headers(status, "application/json", **headers)
        connection.write(json.dumps({"error": {"message": message, "type": "x"}}))

    return reply


@contextmanager
def serving(*replies: Reply, models: tuple[str, ...] = ("right",)) -> Generator[Spoken, None, None]:
    """Gives one reply after the other; the last one stands for every further request."""
    rest = list(replies)
    spoken = Spoken("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            spoken.bodies.append(json.loads(raw))
            spoken.sizes.append(len(raw))
            spoken.keys.append(self.headers.get("authorization", ""))
            spoken.paths.append(self.path)
            reply = rest.pop(0) if len(rest) > 1 else rest[0]
            try:
                reply(Connection(self))
            except OSError:
                return  # the client has gone: it was told to

        def do_GET(self) -> None:
            connection = Connection(self)
            connection.headers(kind="application/json")
            data = [{"id": name, "object": "model", "created": 1, "owned_by": "me"} for name in models]
            connection.write(json.dumps({"object": "list", "data": data}))

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    spoken.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield spoken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
