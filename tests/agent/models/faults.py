"""Ways in which a server of models can fail, and what is said of each."""

import socket

from tests.agent.models.server import Connection, Reply, fails, says


def closed_url() -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


def cut_in_the_middle(connection: Connection) -> None:
    connection.headers(transfer_encoding="chunked")
    connection.write("1000\r\n")
    connection.piece("(12")
    connection.cut()


def ends_without_a_reason(connection: Connection) -> None:
    connection.headers()
    connection.piece("(12")


def garbage(connection: Connection) -> None:
    connection.headers()
    connection.write("data: {not json\n\n")


def another_shape(connection: Connection) -> None:
    connection.headers()
    connection.event({"choices": "none", "usage": 5})
    connection.done()


def a_web_page(connection: Connection) -> None:
    connection.headers(kind="text/html")
    connection.write("<html>hello</html>")


def an_error_in_the_stream(connection: Connection) -> None:
    connection.headers()
    connection.piece("(1")
    connection.event({"error": {"message": "the engine died", "code": 500}})


def never(connection: Connection) -> None:
    connection.wait(1.5)


def drips(connection: Connection) -> None:
    connection.headers()
    for _ in range(40):
        connection.piece(".")
        connection.wait(0.1)


def drips_bytes(connection: Connection) -> None:
    connection.headers()
    connection.drip(" ")


def drips_headers(connection: Connection) -> None:
    connection.drip("HTTP/1.1 200 OK" + 600 * "K")


def drips_an_error(connection: Connection) -> None:
    connection.headers(500, "application/json")
    connection.drip(" ")


FAULTS: tuple[tuple[Reply, str], ...] = (
    (cut_in_the_middle, "broke off"),
    (ends_without_a_reason, "broke off"),
    (garbage, "no chat completion"),
    (another_shape, "no chat completion"),
    (a_web_page, "answered nothing"),
    (an_error_in_the_stream, "the engine died"),
    (says(""), "empty answer"),
    (never, "did not answer within 0.4 s"),
    (drips, "did not finish within 0.4 s"),
    (drips_bytes, "did not answer within 0.4 s"),
    (drips_headers, "did not answer within 0.4 s"),
    (drips_an_error, "did not answer within 0.4 s"),
    (fails(529, "overloaded"), "answered 529: .*overloaded"),
)
