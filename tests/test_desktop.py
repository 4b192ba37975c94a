"""The desktop on private virtual screens, with applications from Debian that nobody here wrote."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sightline.environments.actions import (
    Click,
    Dialog,
    Drag,
    Focus,
    Hold,
    Home,
    Launch,
    Move,
    Paste,
    Press,
    Scroll,
    Stop,
    TripleClick,
    Type,
    Upload,
    Wait,
)  # fmt: skip
from sightline.environments.base import DONE, StaleFrame
from sightline.environments.check import check_environment
from sightline.environments.desktop import DesktopEnvironment
from sightline.environments.desktop.backends.base import EmergencyStop, open_backend
from sightline.environments.desktop.backends.recorded import RecordedBackend
from sightline.environments.desktop.backends.xtest import XTestBackend
from sightline.environments.desktop.options import DesktopOptions
from sightline.environments.desktop.virtual import VirtualScreen
from sightline.environments.desktop.x11 import X11
from sightline.environments.desktop.x11_access import display_environ
from sightline.environments.geometry import Point
from sightline.tools.errors import InputError, Unavailable

BACKENDS = ("pyautogui", "xtest", "xdotool")
MIXED = (
    "\"double\" 'single' {}[]<>|~`^\\ \tÆsop, façade\nПривет, мир! 你好 مرحبا नमस्ते\n😀👩\u200d👩\u200d👧 e\u0301 €\n"
)


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait for something an application does in its own time."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


@pytest.fixture(autouse=True)
def no_settings_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that a test ended must not ask the next one to restore its text."""
    monkeypatch.setenv("GSETTINGS_BACKEND", "memory")


@pytest.fixture
def desktop() -> Iterator[Callable[..., DesktopEnvironment]]:
    """Opens desktops on virtual screens and closes them after the test."""
    opened: list[DesktopEnvironment] = []

    def open_one(*launch: str, display: str = "new", **options: object) -> DesktopEnvironment:
        given = {"backend": "xtest", **options, "display": display, "launch": launch}
        opened.append(DesktopEnvironment(DesktopOptions.model_validate(given)))
        return opened[-1]

    yield open_one
    for environment in opened:
        environment.close()


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    """One virtual screen for the tests that need only its pixels and pointer."""
    screen = VirtualScreen((800, 600))
    yield screen
    screen.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_typed_text_is_saved_byte_for_byte(
    desktop: Callable[..., DesktopEnvironment], tmp_path: Path, backend: str
) -> None:
    path = tmp_path / "typed.txt"
    path.touch()
    editor = desktop(f"mousepad {path}", backend=backend)
    assert "typed.txt" in editor.observe().title
    assert editor.act(Type(text=MIXED)).status == "done"
    assert editor.act(Press(keys=("ctrl", "s"))).status == "done"
    assert until(lambda: path.read_text(encoding="utf-8") == MIXED), path.read_text(encoding="utf-8")


def test_spare_keys_type_what_cannot_be_pasted(desktop: Callable[..., DesktopEnvironment], tmp_path: Path) -> None:
    path = tmp_path / "typed.txt"
    path.touch()
    text = "Ærøskøbing Привет 你好 مرحبا नमस्ते สวัสดี " * 3
    editor = desktop(f"mousepad {path}")
    before = keyboard_map(editor)
    editor.system.write_unicode(text)
    editor.act(Press(keys=("ctrl", "s")))
    assert until(lambda: path.read_text(encoding="utf-8").rstrip("\n") == text.rstrip("\n")), path.read_text()
    assert keyboard_map(editor) == before


def keyboard_map(environment: DesktopEnvironment) -> str:
    return subprocess.run(
        ["xmodmap", "-pke"], env=environ_of(environment), capture_output=True, text=True, check=True
    ).stdout


def environ_of(environment: DesktopEnvironment) -> dict[str, str]:
    """What other programs need to open the display of an environment."""
    return {**os.environ, **display_environ(environment.system.display)}


def test_keys_follow_the_layout_in_force(desktop: Callable[..., DesktopEnvironment], tmp_path: Path) -> None:
    path = tmp_path / "typed.txt"
    path.touch()
    text = "azerty AZERTY 1234 @{} ; qwerty é\n"
    for backend in ("pyautogui", "xtest"):
        editor = desktop(f"mousepad {path}", backend=backend)
        subprocess.run(["setxkbmap", "fr"], env=environ_of(editor), check=True)
        for action in (Press(keys=("ctrl", "end")), Press(keys=("ctrl", "a")), Type(text=text)):
            assert editor.act(action) == DONE
        editor.act(Press(keys=("ctrl", "s")))
        assert until(lambda: path.read_text(encoding="utf-8") == text), path.read_text(encoding="utf-8")
        path.write_text("")


def test_the_users_clipboard_survives_and_outlives_the_run(
    desktop: Callable[..., DesktopEnvironment], screen: VirtualScreen, tmp_path: Path
) -> None:
    subprocess.run(["xclip", "-selection", "clipboard"], env=screen.environ, input=b"mine: \xc3\xa9", check=True)
    path = tmp_path / "typed.txt"
    path.touch()
    editor = desktop(f"mousepad {path}", display=screen.display)
    assert editor.system.clipboard.read() == "mine: é"
    assert editor.act(Type(text="жжж")).status == "done"
    assert editor.act(Paste(text=" pasted")).status == "done"
    editor.act(Press(keys=("ctrl", "s")))
    assert until(lambda: path.read_text(encoding="utf-8").strip() == "жжж pasted")
    editor.close()
    kept = subprocess.run(
        ["xclip", "-selection", "clipboard", "-o"], env=screen.environ, capture_output=True, timeout=10, check=True
    )
    assert kept.stdout.decode() == "mine: é"


def test_a_copy_made_by_the_application_is_read(desktop: Callable[..., DesktopEnvironment], tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("long line é " * 40_000, encoding="utf-8")
    editor = desktop(f"mousepad {path}")
    editor.act(Press(keys=("ctrl", "a")))
    editor.act(Press(keys=("ctrl", "c")))
    assert until(lambda: editor.system.clipboard.read() == path.read_text(encoding="utf-8"))


def test_windows_are_launched_focused_and_closed(desktop: Callable[..., DesktopEnvironment]) -> None:
    screen = desktop("xcalc")
    assert until(lambda: screen.observe().title == "Calculator")
    assert screen.act(Launch(app="xclock")).status == "done"
    assert "window 'xclock' opened" in screen.observe().events
    assert screen.act(Focus(window="calc")).status == "done"
    assert screen.observe().title == "Calculator"
    assert screen.act(Stop(app="xclock")).status == "done"
    assert until(lambda: len(screen.system.windows()) == 1)
    assert "window 'xclock' closed" in screen.observe().events
    missing = screen.act(Focus(window="nothing of the kind"))
    assert (missing.status, missing.message) == (
        "failed", "no window has 'nothing of the kind' in its title; open are: 'Calculator'"
    )  # fmt: skip


def test_an_application_that_cannot_be_started_is_named(desktop: Callable[..., DesktopEnvironment]) -> None:
    with pytest.raises(Unavailable, match="'no-such-program': no such program is installed"):
        desktop("no-such-program")
    with pytest.raises(Unavailable, match=r"ended with exit code 1: .*such.*it opened no window"):
        desktop("xcalc -display :nonsuch")
    assert desktop().act(Launch(app="no-such-program")).status == "failed"


def test_an_application_is_known_by_its_visible_name(desktop: Callable[..., DesktopEnvironment]) -> None:
    screen = desktop("Galculator")
    assert screen.observe().location == "galculator"


def test_a_killed_application_ends_the_run_in_one_line(desktop: Callable[..., DesktopEnvironment]) -> None:
    screen = desktop("galculator")
    window = screen.system.active()
    assert window is not None
    os.kill(window.pid, signal.SIGKILL)
    assert until(lambda: not screen.system.windows())
    with pytest.raises(Unavailable, match="'galculator' was killed by SIGKILL"):
        screen.observe()


def test_a_closed_display_ends_the_run_in_one_line(desktop: Callable[..., DesktopEnvironment]) -> None:
    screen = VirtualScreen((640, 480))
    environments = [desktop(display=screen.display, backend=backend) for backend in BACKENDS]
    frames = [environment.observe().frame for environment in environments]
    screen.close()
    for environment, frame in zip(environments, frames, strict=True):
        with pytest.raises(Unavailable, match=r"display|screen"):
            environment.act(Click(at=frame.clamp(10, 10)))
        with pytest.raises(Unavailable, match=r"display|screen"):
            environment.observe()
    with pytest.raises(Unavailable, match=r"cannot be opened.*--display new"):
        desktop(display=screen.display)


def test_screens_run_side_by_side(desktop: Callable[..., DesktopEnvironment]) -> None:
    left, right = desktop("xcalc", backend="pyautogui"), desktop("galculator", backend="pyautogui", size=(640, 480))
    assert left.system.display != right.system.display
    assert until(lambda: (left.observe().title, right.observe().location) == ("Calculator", "galculator"))
    assert (str(left.observe().frame.size), str(right.observe().frame.size)) == ("1280x800", "640x480")
    left.act(Move(at=left.observe().frame.clamp(100, 100)))
    right.act(Move(at=right.observe().frame.clamp(200, 200)))
    assert (left.system.pointer(), right.system.pointer()) == ((100, 100), (200, 200))


def test_a_screen_is_closed_to_who_has_no_cookie(screen: VirtualScreen) -> None:
    """Not even the user who started it comes in without the cookie, whose file nobody else can read."""
    knock = ["xrandr", "--display", screen.display]
    without = {name: value for name, value in screen.environ.items() if name != "XAUTHORITY"}
    refused = subprocess.run(knock, env=without, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "open display" in refused.stderr
    subprocess.run(knock, env=screen.environ, capture_output=True, check=True)
    cookie = Path(screen.environ["XAUTHORITY"])
    assert (cookie.stat().st_mode & 0o777, cookie.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_cookie_goes_with_its_screen() -> None:
    screen = VirtualScreen((640, 480))
    folder = Path(screen.environ["XAUTHORITY"]).parent
    before = os.environ.get("XAUTHORITY")
    screen.close()
    assert not folder.exists()
    assert display_environ(screen.display) == {"DISPLAY": screen.display}
    assert os.environ.get("XAUTHORITY") == before


def test_a_frame_is_a_monitor_a_region_or_a_window(desktop: Callable[..., DesktopEnvironment]) -> None:
    screen = VirtualScreen((1200, 600))
    monitors = (("left", "500/130x600/160+0+0 screen"), ("right", "700/180x600/160+500+0 none"))
    for name, place in monitors:
        subprocess.run(["xrandr", "--setmonitor", name, *place.split()], env=screen.environ, check=True)
    try:
        shown = {
            what: desktop(display=screen.display, **options).observe().frame
            for what, options in {
                "all": {"monitor": "all"},
                "1": {"monitor": 1},
                "2": {"monitor": 2},
                "region": {"region": (510, 20, 610, 80)},
            }.items()
        }
        window = desktop("xcalc", display=screen.display, window="Calculator", monitor="all")
        frame = window.observe().frame
        places = {what: (frame.origin, str(frame.size)) for what, frame in shown.items()}
        assert places == {
            "all": ((0, 0), "1200x600"), "1": ((0, 0), "500x600"), "2": ((500, 0), "700x600"),
            "region": ((510, 20), "100x60"),
        }  # fmt: skip
        active = window.system.active()
        assert active is not None
        assert (*frame.origin, frame.size.width, frame.size.height) == active.area
        for monitor, left in ((1, 0), (2, 500)):
            placed = desktop("xclock", display=screen.display, monitor=monitor)
            clock = next(window for window in placed.system.windows() if window.title == "xclock")
            assert left <= clock.area.middle[0] < (500, 1200)[monitor - 1], "it opened on the other monitor"
            placed.close()
        with pytest.raises(InputError, match="monitor 3 is not there; this desktop has 2"):
            desktop(display=screen.display, monitor=3)
    finally:
        screen.close()


def test_applications_tell_their_elements(desktop: Callable[..., DesktopEnvironment]) -> None:
    calculator = desktop("galculator", size=(700, 600))
    assert until(lambda: len(calculator.observe().elements) > 20)
    seen = calculator.observe()
    found = {(element.role, element.name): element for element in seen.elements}
    assert calculator.act(Click(at=found["button", "7"].box.centre)).status == "done"
    assert until(lambda: any(element.role == "textbox" for element in calculator.observe().elements))


def test_points_of_an_older_frame_are_refused(desktop: Callable[..., DesktopEnvironment]) -> None:
    environment = desktop()
    with pytest.raises(StaleFrame):
        environment.act(Click(at=Point(x=1, y=1, frame="another")))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_mouse_in_the_corner_stops_the_next_action(
    desktop: Callable[..., DesktopEnvironment], screen: VirtualScreen, backend: str
) -> None:
    environment = desktop(display=screen.display, backend=backend)
    frame = environment.observe().frame
    environment.act(Move(at=frame.clamp(0, 0)))
    assert environment.act(Move(at=frame.clamp(300, 300))).status == "done", "its own move is no emergency"
    person = XTestBackend(screen.display)
    person.move(799, 599)
    with pytest.raises(EmergencyStop):
        environment.act(Press(keys=("a",)))
    person.move(400, 300)
    person.close()


def test_a_corner_interrupts_a_wait_and_lets_go_of_what_is_held(
    desktop: Callable[..., DesktopEnvironment], screen: VirtualScreen
) -> None:
    environment = desktop(display=screen.display, backend="pyautogui")
    environment.observe()
    person = subprocess.Popen(["sh", "-c", "sleep 0.5; xdotool mousemove 0 0"], env=screen.environ)
    with pytest.raises(EmergencyStop):
        environment.act(Hold(keys=("shift",), seconds=60))
    person.wait()
    system = X11(screen.display)
    held = system.keyboard.modifiers()
    system.close()
    assert held == 0
    person = XTestBackend(screen.display)
    person.move(400, 300)
    person.close()


def test_what_an_action_is_made_of(screen: VirtualScreen) -> None:
    backend = RecordedBackend()
    environment = DesktopEnvironment(DesktopOptions(), system=X11(screen.display), backend=backend)
    frame = environment.observe().frame

    def told(action: Click | Drag | Scroll | Press | TripleClick) -> list[tuple[str | int, ...]]:
        backend.told.clear()
        assert environment.act(action).status == "done"
        return backend.told

    try:
        at = frame.clamp(30, 40)
        assert told(Click(at=at, modifiers=("ctrl", "shift"))) == [
            ("key", "ctrl", "down"), ("key", "shift", "down"), ("click", 30, 40, "left", 1),
            ("key", "shift", "up"), ("key", "ctrl", "up"),
        ]  # fmt: skip
        assert told(TripleClick(at=at)) == [("click", 30, 40, "left", 3)]
        drag = told(Drag(path=(at, frame.clamp(60, 40), frame.clamp(60, 50))))
        assert drag[:2] == [("move", 30, 40), ("button", "left", "down")]
        assert drag[-2:] == [("move", 60, 50), ("button", "left", "up")]
        assert [step for step in drag if step[0] == "move"] == [
            ("move", x, y) for x, y in ((30, 40), (40, 40), (50, 40), (60, 40), (60, 50))
        ]
        assert told(Scroll(at=at, by=(0, 120))) == [("move", 30, 40), ("wheel", 0, 1), ("wheel", 0, 1)]
        assert told(Scroll(by=(-10, 0))) == [("wheel", -1, 0)]
        assert told(Press(keys=("ctrl", "S"))) == [
            ("key", "ctrl", "down"), ("key", "s", "down"), ("key", "s", "up"), ("key", "ctrl", "up"),
        ]  # fmt: skip
        assert environment.act(Home()).message == (
            "'home' cannot be done on the desktop; focus or launch an application by its name"
        )
    finally:
        environment.close()


def test_a_backend_comes_from_another_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside_backend.py").write_text(
        "from sightline.environments.desktop.backends.recorded import RecordedBackend as Mine\n"
    )
    info = tmp_path / "outside_backend-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-backend\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[sightline.desktop_backends]\nmine = outside_backend:Mine\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    backend = open_backend("mine", ":77")
    assert isinstance(backend, RecordedBackend)
    assert backend.display == ":77"
    with pytest.raises(InputError, match="'yours' is not known; use one of pyautogui, xtest, xdotool, mine"):
        open_backend("yours", ":77")


def test_the_pointer_is_in_the_picture_when_asked(
    desktop: Callable[..., DesktopEnvironment], screen: VirtualScreen
) -> None:
    without, with_pointer = desktop(display=screen.display), desktop(display=screen.display, cursor=True)
    without.act(Move(at=without.observe().frame.clamp(300, 200)))
    plain, drawn = without.observe().frame.pixels, with_pointer.observe().frame.pixels
    rows, columns = (plain != drawn).any(axis=2).nonzero()
    assert len(rows) > 20
    assert abs(int(columns.mean()) - 300) < 20
    assert abs(int(rows.mean()) - 200) < 20


def test_a_file_chooser_is_seen_and_answered(desktop: Callable[..., DesktopEnvironment], tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second file.txt"
    first.touch()
    second.write_text("found", encoding="utf-8")
    editor = desktop(f"mousepad {first}")
    assert editor.act(Upload(paths=(str(second),))).message == "no file chooser is open; open one first"
    editor.act(Press(keys=("ctrl", "o")))
    assert until(lambda: editor.observe().chooser)
    assert editor.act(Upload(paths=(str(second),))).status == "done"
    assert until(lambda: any("second file.txt" in window.title for window in editor.system.windows()))


def test_several_files_are_selected_in_a_chooser(desktop: Callable[..., DesktopEnvironment], tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("first.txt", "second file.txt", "third.txt")]
    for path in paths:
        path.write_text(path.name, encoding="utf-8")
    editor = desktop("mousepad")
    editor.act(Press(keys=("ctrl", "o")))
    assert until(lambda: editor.observe().chooser)
    missing = editor.act(Upload(paths=(str(paths[0]), str(tmp_path / "nowhere.txt"))))
    assert (missing.status, "does not show 'nowhere.txt'" in missing.message) == ("failed", True), missing
    apart = editor.act(Upload(paths=(str(paths[0]), "/elsewhere.txt")))
    assert (apart.status, "only of one folder" in apart.message) == ("failed", True), apart
    assert editor.act(Upload(paths=(str(paths[0]), str(paths[1])))) == DONE
    tabs = {path.name for path in paths[:2]}
    assert until(lambda: tabs <= {element.name for element in editor.observe().elements})
    assert not any("third" in element.name for element in editor.observe().elements)


def test_a_dialog_is_answered(desktop: Callable[..., DesktopEnvironment], tmp_path: Path) -> None:
    path = tmp_path / "typed.txt"
    path.touch()
    editor = desktop(f"mousepad {path}")
    assert editor.act(Dialog(accept=True)).status == "failed"
    editor.act(Type(text="kept"))
    editor.act(Stop())
    assert until(lambda: (active := editor.system.active()) is not None and active.dialog)
    assert editor.act(Dialog(accept=False)).status == "done"
    assert until(lambda: "typed.txt" in editor.observe().title)


def test_the_checks_of_an_environment_hold() -> None:
    check_environment(DesktopEnvironment(DesktopOptions(display="new", launch=("xcalc",))))


def test_a_wait_waits(desktop: Callable[..., DesktopEnvironment]) -> None:
    environment = desktop()
    started = time.monotonic()
    environment.act(Wait(seconds=0.3))
    assert time.monotonic() - started >= 0.3
