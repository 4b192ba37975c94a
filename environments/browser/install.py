"""Getting a Chromium, and what drives it, onto a machine that has none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from sightline.environments.browser.driver import DEBIAN_PACKAGE, require_driver
from sightline.environments.browser.locate import VARIABLE, FoundBrowser, find_browser
from sightline.tools.errors import Unavailable

_PACKAGES = ("chromium", "chromium-browser")


def install_browser(say: Callable[[str], None]) -> FoundBrowser:
    """The machine's browser, else Playwright's download, else the distribution's package; and what drives it.

    `say` is told what is tried and why it failed; raises Unavailable when every way did.
    """
    _mend_driver(say)
    named = os.environ.get(VARIABLE, "")
    for way in (_nothing_to_do, _from_playwright, _from_distribution):
        way(say)
        try:
            found = find_browser()
        except Unavailable:
            if named:
                raise
            continue
        told = _attempt([str(found.path), "--version"])
        if told.startswith("done"):
            say(f"browser: {found.path}")
            return found
        say(f"{found.path} does not start; {told}")
    raise Unavailable(f"no browser could be installed; install Chromium or Chrome by hand, or name one by {VARIABLE}")


def _mend_driver(say: Callable[[str], None]) -> None:
    """Install the library that Playwright's driver needs where it is missing."""
    try:
        require_driver()
    except Unavailable as error:
        say(str(error).partition("; ")[0])
        _from_apt(say, (DEBIAN_PACKAGE,))
        require_driver()


def _nothing_to_do(say: Callable[[str], None]) -> None:
    """The first way: a browser that is there already."""


def _from_playwright(say: Callable[[str], None]) -> None:
    say("no browser on this machine; asking Playwright for its own Chromium")
    say(_attempt([sys.executable, "-m", "playwright", "install", "chromium"]))


def _from_distribution(say: Callable[[str], None]) -> None:
    _from_apt(say, _PACKAGES)


def _from_apt(say: Callable[[str], None], packages: Sequence[str]) -> None:
    """Install the first of the packages that the distribution has."""
    apt = shutil.which("apt-get")
    if apt is None:
        say("failed: there is no apt-get to install the distribution's package with")
        return
    prefix: list[str] = []
    if os.geteuid() != 0:
        prefix = ["sudo", "-n"]
        if not _attempt([*prefix, "true"]).startswith("done"):
            say("failed: installing the distribution's package needs root, or sudo without a password")
            return
    say("asking the distribution for its package")
    say(_attempt([*prefix, apt, "update"]))
    for package in packages:
        outcome = _attempt([*prefix, apt, "install", "-y", "--no-install-recommends", package])
        say(outcome)
        if outcome.startswith("done"):
            return


def _attempt(command: list[str]) -> str:
    """Run a command with its output to itself; what came of it in a line."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"failed: {' '.join(command)}: {error}"
    if done.returncode == 0:
        return f"done: {' '.join(command)}"
    last = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    telling = next(
        (line for line in last if "rror" in line or line.startswith("E:")), last[-1] if last else "no output"
    )
    return f"failed: {' '.join(command)}: {telling}"
