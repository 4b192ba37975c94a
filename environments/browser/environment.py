"""The plain face of a browser: one call, one result, from any thread."""

import atexit
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.environments.actions import ScreenAction
from sightline.environments.base import Observation, Outcome, Platform
from sightline.environments.browser.driver import require_driver
from sightline.environments.browser.locate import find_browser
from sightline.environments.browser.options import BrowserOptions
from sightline.environments.browser.portal import Portal
from sightline.tools.errors import Unavailable

if TYPE_CHECKING:
    from playwright.async_api import Playwright

    from sightline.environments.browser.screen import Screen


class BrowserEnvironment:
    """A Chromium whose frames are its viewport in device pixels.

    Raises Unavailable, saying what to do, when no browser is there or it does not start. Files that a page offers are
    saved into `downloads`; without a folder they are refused.
    """

    def __init__(self, options: BrowserOptions, *, headed: bool = False, downloads: Path | None = None) -> None:
        if headed and sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise Unavailable(
                "a headed browser needs a display and DISPLAY is not set: go without --headed, or use xvfb-run"
            )
        program = find_browser(options.executable).path
        require_driver()
        self._screen: Screen | None = None
        self._playwright: Playwright | None = None
        self._portal = Portal("sightline browser")
        atexit.register(self.close)
        with ExitStack() as undo:
            undo.callback(self.close)
            self._portal.run(self._start(options, program, headed, downloads))
            undo.pop_all()

    @property
    def platform(self) -> Platform:
        return "browser"

    def observe(self) -> Observation:
        screen = self._open()
        seen = self._portal.run(screen.observe())
        return replace(seen, read_elements=lambda: self._portal.run(screen.read_elements(seen.frame)))

    def act(self, action: ScreenAction) -> Outcome:
        return self._portal.run(self._open().act(action))

    def close(self) -> None:
        atexit.unregister(self.close)
        screen, self._screen = self._screen, None
        playwright, self._playwright = self._playwright, None
        if screen is not None:
            self._portal.run(screen.close())
        if playwright is not None:
            self._portal.run(playwright.stop())
        self._portal.close()

    def _open(self) -> "Screen":
        if self._screen is None:
            raise Unavailable("this browser was closed")
        return self._screen

    async def _start(self, options: BrowserOptions, program: Path, headed: bool, downloads: Path | None) -> None:
        from playwright.async_api import Error, async_playwright

        from sightline.environments.browser.launch import launch, profile, reason
        from sightline.environments.browser.screen import Screen
        from sightline.environments.browser.tabs import Tabs

        self._playwright = await async_playwright().start()
        browser = await launch(self._playwright, program, headed=headed)
        try:
            context = await browser.new_context(**profile(browser, options), accept_downloads=downloads is not None)
            await context.grant_permissions([])
            self._screen = Screen(options, browser, context, Tabs(context, options, downloads))
            await context.new_page()
        except Error as error:
            raise Unavailable(f"the browser refused its options: {reason(error.message)}") from None
