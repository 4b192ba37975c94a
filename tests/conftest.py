"""What tests share: one browser per kind of options and session, and a site on this machine for it to visit."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sightline.environments.actions import Button, Click, Dialog, Open, ScreenAction, Stop
from sightline.environments.base import Observation, Outcome
from sightline.environments.browser import BrowserEnvironment, BrowserOptions
from sightline.environments.geometry import Point

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it starts in the background ignore Ctrl-C, and what the tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

PATIENCE = 10.0
"""Seconds a test waits for something in a browser before it fails."""


class Site:
    """Pages on a free port of this machine: HTML by path, ``/file`` to download, ``/guarded`` behind a password."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.pages.get(self.path, "not found")
                if self.path == "/guarded":
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="guarded"')
                else:
                    self.send_response(200 if self.path in site.pages or self.path == "/file" else 404)
                if self.path == "/file":
                    self.send_header("Content-Disposition", 'attachment; filename="../report.csv"')
                    body = "a,b\n1,2\n"
                else:
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def page(self, html: str, path: str = "/") -> str:
        """Serve HTML at a path; its URL."""
        self.pages[path] = f"<!doctype html><html lang=en><style>body {{ margin: 0 }}</style>{html}"
        return self.url + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Visitor:
    """A browser and what it saw last; places are CSS pixels of the viewport, as pages are written in."""

    def __init__(self, environment: BrowserEnvironment, site: Site, downloads: Path) -> None:
        self.environment = environment
        self.site = site
        self.downloads = downloads
        self.now = environment.observe()

    def visit(self, html: str) -> Observation:
        outcome = self.environment.act(Open(location=self.site.page(html)))
        assert outcome.status == "done", outcome
        return self.look()

    def look(self) -> Observation:
        self.now = self.environment.observe()
        return self.now

    def place(self, x: float, y: float) -> Point:
        return self.now.frame.from_input(x, y)

    def do(self, action: ScreenAction) -> Outcome:
        return self.environment.act(action)

    def click(self, x: float, y: float, button: Button = "left", modifiers: tuple[str, ...] = ()) -> Outcome:
        return self.do(Click(at=self.place(x, y), button=button, modifiers=modifiers))

    def until(self, seen: Callable[[Observation], bool]) -> Observation:
        """Look until something is seen; fails after `PATIENCE` seconds."""
        deadline = time.monotonic() + PATIENCE
        while not seen(self.look()):
            assert time.monotonic() < deadline, (
                f"not seen in {PATIENCE:g} s; last: {self.now.title!r} {self.now.events}"
            )
        return self.now

    def rest(self) -> Observation:
        """Look until the picture stays the same over three looks."""
        last: list[str] = []

        def resting(now: Observation) -> bool:
            last.append(now.frame.id)
            return len(last) > 2 and len(set(last[-3:])) == 1

        return self.until(resting)

    def titled(self, title: str) -> Observation:
        return self.until(lambda now: now.title == title)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def browser_environment(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., tuple[BrowserEnvironment, Path]]]:
    """Gives the session's browser for some options with one empty tab, and its folder for downloads."""
    opened: dict[BrowserOptions, tuple[BrowserEnvironment, Path]] = {}

    def get(options: BrowserOptions | None = None) -> tuple[BrowserEnvironment, Path]:
        options = options or BrowserOptions()
        if options not in opened:
            downloads = tmp_path_factory.mktemp("downloads")
            opened[options] = BrowserEnvironment(options, downloads=downloads), downloads
        else:
            _tidy(opened[options][0])
        return opened[options]

    yield get
    for environment, _ in opened.values():
        environment.close()


def _tidy(environment: BrowserEnvironment) -> None:
    """Answer what is open and go back to one empty tab."""
    while environment.observe().dialog is not None:
        environment.act(Dialog(accept=True))
    while not any("last tab" in event for event in environment.observe().events):
        environment.act(Stop())


@pytest.fixture
def visit_with(
    browser_environment: Callable[..., tuple[BrowserEnvironment, Path]], site: Site
) -> Callable[[BrowserOptions], Visitor]:
    return lambda options: Visitor(*_placed(browser_environment(options), site))


@pytest.fixture
def visitor(visit_with: Callable[[BrowserOptions], Visitor]) -> Visitor:
    return visit_with(BrowserOptions())


def _placed(opened: tuple[BrowserEnvironment, Path], site: Site) -> tuple[BrowserEnvironment, Site, Path]:
    return opened[0], site, opened[1]
