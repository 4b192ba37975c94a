"""One phone as an environment: `observe`, `act`, `close`."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from sightline.environments.actions import ScreenAction, points_of
from sightline.environments.android import apps, hierarchy
from sightline.environments.android.acting import Scene, carry_out
from sightline.environments.android.apps import failed, state_of
from sightline.environments.android.capture import Capture, Captures, PngCapture, RawCapture, ResidentCapture
from sightline.environments.android.options import AndroidOptions
from sightline.environments.android.pool import Lease, lease
from sightline.environments.android.resident import Resident
from sightline.environments.android.state import PhoneState
from sightline.environments.base import (
    Element,
    Fact,
    Facts,
    Frame,
    Observation,
    Outcome,
    Platform,
    StaleFrame,
    read_fact,
)
from sightline.tools.adb import AdbPhone, AdbServer, Lost, Stalled
from sightline.tools.errors import InputError, Unavailable

_ANIMATIONS = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")
_CHOOSERS = ("android.documentsui", "android.providers.media.module")
"""How the packages that show a file or photo chooser end, AOSP's and Google's."""


class AndroidEnvironment:
    """A phone or emulator that adb can reach.

    Frames are screenshots at their own size; ``Frame.scale`` is worked out for each from what `wm size` says at the
    same time, so an overridden size, a turned phone and a resolution changed while running need nothing more.
    """

    def __init__(self, options: AndroidOptions) -> None:
        self.options = options
        self.server = AdbServer(options.server)
        self.server.ensure()
        self._lease: Lease | None = lease(options.serials) if options.serials else None
        self._resident: Resident | None = None
        self._before: dict[str, str] = {}
        self._frame: Frame | None = None
        self._state = PhoneState()
        self._news: list[str] = []
        self._closed = False
        self._workers = ThreadPoolExecutor(1, "phone-state")
        with ExitStack() as undo:
            undo.callback(self.close)
            self.phone = AdbPhone(self.server, self._serial(), options.patience)
            self._start()
            undo.pop_all()

    @property
    def platform(self) -> Platform:
        return "android"

    @property
    def serial(self) -> str:
        return self.phone.serial

    @property
    def capture(self) -> str:
        """The way screenshots are taken now: png, raw or resident."""
        return self._captures.name

    # --- starting and stopping -------------------------------------------------------------------------------------

    def _serial(self) -> str:
        wanted = self._lease.serial if self._lease else self.options.serial or os.environ.get("ANDROID_SERIAL", "")
        if wanted:
            if ":" in wanted and all(phone.serial != wanted for phone in self.server.phones()):
                self.server.connect(wanted)
            return wanted
        usable = [phone.serial for phone in self.server.phones() if not phone.advice]
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise InputError(f"several phones are connected ({', '.join(usable)}); choose one with --serial")
        raise Unavailable("no phone is connected that can be used; `sightline devices` says why")

    def _start(self) -> None:
        self.phone.require()
        self._unlock()
        if not self.options.animations:
            self._still()
        self._captures = self._choose_capture()
        if self.options.launch:
            outcome = apps.launch(self.phone, self.options.launch, afresh=True)
            if outcome.status != "done":
                raise Unavailable(f"phone {self.serial}: {outcome.message}")

    def _still(self) -> None:
        """Switch animations off: nothing else lets screens, and uiautomator, come to rest."""
        for name in _ANIMATIONS:
            value = self.phone.shell(["settings", "get", "global", name]).text.strip()
            if value not in ("0", "0.0"):
                self._before[name] = value
                self.phone.shell(["settings", "put", "global", name, "0"])

    def _unlock(self) -> None:
        """Wake the phone and lift a lock that nothing guards."""
        state = state_of(self.phone)
        if not state.awake:
            self.phone.shell("input keyevent KEYCODE_WAKEUP")
        if not state.awake or state.locked:
            self.phone.shell("wm dismiss-keyguard")
            state = self._wait_state(lambda now: now.awake and not now.locked)
            if state.locked or not state.awake:
                what = "its lock asks for a PIN, a pattern or a finger" if state.locked else "its screen stays off"
                raise Unavailable(f"phone {self.serial} cannot be used: {what}; unlock it by hand and run again")

    def _wait_state(self, reached: Callable[[PhoneState], bool], seconds: float = 3) -> PhoneState:
        deadline = time.monotonic() + seconds
        while True:
            state = state_of(self.phone)
            if reached(state) or time.monotonic() > deadline:
                return state
            time.sleep(0.1)

    def _choose_capture(self) -> Captures:
        wanted = self.options.capture
        if wanted in ("auto", "resident"):
            self._resident = Resident.find(self.phone, self.options.resident_port)
        if wanted == "resident" and not self._resident:
            raise Unavailable(f"no resident server on phone {self.serial}; put it there with `uiautomator2 init`")
        routes: list[Capture] = []
        if self._resident:
            routes.append(ResidentCapture(self._resident))
        if wanted in ("auto", "raw") and self.phone.has_shell_v2():
            routes.append(RawCapture(self.phone, self.options.display))
        if wanted != "raw":
            routes.append(PngCapture(self.phone, self.options.display))
        return Captures.fastest(routes) if wanted == "auto" else Captures(routes)

    def close(self) -> None:
        """Put the phone's settings back and let go of it; it may be gone already."""
        try:
            for name, value in self._before.items():
                words = ["delete", "global", name] if value in ("", "null") else ["put", "global", name, value]
                self.phone.shell(["settings", *words], limit=5)
        except Unavailable:
            pass
        self._before = {}
        self._closed = True
        self._workers.shutdown(wait=True)
        if self._resident:
            self._resident.close()
        if self._lease:
            self._lease.release()

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable(f"phone {self.serial} was let go of; nothing can be seen or done on it any more")

    # --- seeing ----------------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        """Take a screenshot and ask what is in front, both at the same time.

        A phone that went away is waited for and asked again; both only look, so nothing is done twice.
        """
        self._require_open()
        try:
            return self._observe()
        except Lost as error:
            self.phone.reconnect()
            self._news.append(f"the phone was away for a moment ({error})")
            return self._observe()

    def _observe(self) -> Observation:
        asked = self._workers.submit(state_of, self.phone)
        picture = self._captures.take()
        taken_at = time.time()
        state = asked.result()
        height, width = picture.pixels.shape[:2]
        frame = Frame(picture.pixels, scale=_scale((width, height), state), taken_at=taken_at, encoded=picture.encoded)
        self._frame, self._state = frame, state
        events = (*self._captures.news, *self._news, *state.troubles, *self._blackness(frame, state))
        self._captures.news, self._news = [], []
        package, activity = state.component
        return Observation(
            frame=frame,
            title=activity,
            location=package,
            chooser=package.endswith(_CHOOSERS),
            events=events,
            read_elements=lambda: self._elements(frame),
            facts=Facts(self._fact),
        )

    def _blackness(self, frame: Frame, state: PhoneState) -> tuple[str, ...]:
        if not state.awake or frame.pixels.any():
            return ()
        package = state.component[0] or "the app in front"
        return (f"the screenshot is black though the screen is on: {package} seems to forbid it (FLAG_SECURE)",)

    def _elements(self, frame: Frame) -> tuple[Element, ...]:
        return hierarchy.elements(hierarchy.read_nodes(self.read_hierarchy()), frame)

    def _fact(self, kind: Fact, name: str) -> str | None:
        match kind:
            case "shell":
                return self.phone.shell(name).text.removesuffix("\n")
            case "phone_file":
                found = self.phone.shell(["cat", name])
                return None if found.code else found.text
            case _:
                return read_fact(kind, name)

    def read_hierarchy(self) -> str:
        """uiautomator's XML of the screen as it is now, in input units."""
        return self._resident.hierarchy() if self._resident else hierarchy.dump(self.phone)

    # --- doing -----------------------------------------------------------------------------------------------------

    def act(self, action: ScreenAction) -> Outcome:
        self._require_open()
        for point in points_of(action):
            if self._frame is None or point.frame != self._frame.id:
                raise StaleFrame(f"{point} belongs to another frame than the one seen last")
        try:
            return carry_out(action, Scene(self.phone, self._resident, self._frame, self._state))
        except (Lost, Stalled) as error:
            doubt = "it may or may not have arrived; look before trying again"
            return failed(f"{error}; {action.kind!r} was on its way: {doubt}")


def _scale(size: tuple[int, int], state: PhoneState) -> tuple[float, float]:
    """Screenshot pixels per input unit; which way the phone is held is taken from the screenshot itself."""
    if state.size is None:
        return 1.0, 1.0
    width, height = state.size.width, state.size.height
    if (size[0] > size[1]) != (width > height):
        width, height = height, width
    return size[0] / width, size[1] / height
