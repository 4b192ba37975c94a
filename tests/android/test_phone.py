"""The environment on the true adb server and the true adbd, in front of a real touch page."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from sightline.environments.actions import (
    Back,
    Click,
    Dialog,
    DoubleClick,
    Drag,
    Focus,
    Hold,
    Home,
    Launch,
    LongPress,
    Move,
    Open,
    Paste,
    Pinch,
    Press,
    Pull,
    Push,
    Recents,
    ScreenAction,
    Scroll,
    Stop,
    Swipe,
    TripleClick,
    Type,
    Upload,
    Wait,
    bind,
    points_of,
)
from sightline.environments.android.environment import AndroidEnvironment
from sightline.environments.base import DONE, Outcome, StaleFrame
from sightline.environments.geometry import Point
from sightline.tools.errors import Unavailable
from tests.android.conftest import Connect
from tests.android_rig.framework import CHOOSER
from tests.android_rig.rig import Rig, until

FIELD = (300, 1480)
HOSTILE = """ a'b"c;$(id)`id`&|<>*#~\\ 100%sx %s%%s -n {a,b} $HOME !! """


def at(x: int, y: int) -> Point:
    return Point(x=x, y=y)


def seen(rig: Rig) -> dict[str, Any]:
    return rig.page("seen")


def rounded(places: list[list[float]]) -> list[list[int]]:
    return [[round(number) for number in place] for place in places]


def act(phone: AndroidEnvironment, action: ScreenAction) -> Outcome:
    """Act at places of what is seen now."""
    return phone.act(bind(action, phone.observe().frame.id) if points_of(action) else action)


def do(phone: AndroidEnvironment, action: ScreenAction) -> None:
    outcome = act(phone, action)
    assert (outcome.status, outcome.message) == ("done", "")


def open_field(phone: AndroidEnvironment, rig: Rig, name: str = "line") -> None:
    rig.control("front", "org.rig.field/.Field")
    rig.page(f"document.getElementById('{name}').focus()")
    phone.observe()


def test_what_is_seen_is_what_the_screen_shows(phone: AndroidEnvironment) -> None:
    now = phone.observe()
    assert (str(now.frame.size), now.frame.scale) == ("1080x2400", (1.0, 1.0))
    assert (now.location, now.title) == ("org.rig.counter", ".Counter")
    assert tuple(now.frame.pixels[700, 500]) == (0xCC, 0xDD, 0xEE)


def test_png_and_raw_agree_to_the_pixel(connect: Connect) -> None:
    png, raw = (connect(capture=way).observe().frame for way in ("png", "raw"))
    assert png.id == raw.id


def test_the_faster_route_is_chosen_and_named(connect: Connect) -> None:
    phone = connect(capture="auto")
    (event,) = phone.observe().events
    assert event.startswith(f"screenshots by {phone.capture} ({phone.capture} ")
    assert "png" in event
    assert "raw" in event
    assert phone.observe().events == ()


def test_a_tap_arrives_at_its_pixel_once(phone: AndroidEnvironment, rig: Rig) -> None:
    phone.observe()
    do(phone, Click(at=at(300, 700)))
    do(phone, Click(at=at(1079, 0)))
    assert rounded(seen(rig)["taps"]) == [[300, 700], [1079, 0]]


def test_fingers_do_what_they_are_told(phone: AndroidEnvironment, rig: Rig) -> None:
    phone.observe()
    do(phone, DoubleClick(at=at(200, 200)))
    do(phone, TripleClick(at=at(200, 200)))
    do(phone, LongPress(at=at(400, 400)))
    do(phone, Swipe(path=(at(100, 100), at(900, 1200))))
    do(phone, Swipe(path=(at(100, 100), at(500, 1200), at(900, 100))))
    do(phone, Drag(path=(at(700, 700), at(100, 100))))
    do(phone, Drag(path=(at(700, 700), at(100, 700), at(100, 100))))
    do(phone, Scroll(at=at(540, 900), by=(0, 600)))
    now = seen(rig)
    assert len(now["taps"]) == 5
    assert rounded(now["longs"]) == [[400, 400]]
    swipes = rounded(now["swipes"])
    assert swipes[:2] == [[100, 100, 900, 1200], [100, 100, 900, 100]]
    assert swipes[2:4] == [[700, 700, 100, 100]] * 2
    (_, top, _, bottom) = swipes[4]
    assert top - bottom == 600


@pytest.mark.parametrize("action", [
    Move(at=at(1, 1)), Dialog(accept=True), Pinch(at=at(1, 1)), Click(at=at(1, 1), button="right"),
    Click(at=at(1, 1), modifiers=("shift",)),
])  # fmt: skip
def test_what_a_phone_cannot_do_is_refused_in_words(phone: AndroidEnvironment, rig: Rig, action: ScreenAction) -> None:
    outcome = act(phone, action)
    assert outcome.status == "refused"
    assert repr(action.kind) in outcome.message
    assert seen(rig)["taps"] == []


def test_points_of_another_frame_are_not_believed(phone: AndroidEnvironment) -> None:
    with pytest.raises(StaleFrame):
        phone.act(Click(at=at(1, 1)))
    phone.observe()
    with pytest.raises(StaleFrame):
        phone.act(Click(at=Point(x=1, y=1, frame="another")))


# --- text ------------------------------------------------------------------------------------------------------------


def test_hostile_ascii_arrives_literally(phone: AndroidEnvironment, rig: Rig) -> None:
    open_field(phone, rig)
    do(phone, Type(text=HOSTILE))
    assert rig.page("line.value") == HOSTILE


def test_lines_arrive_as_lines(phone: AndroidEnvironment, rig: Rig) -> None:
    open_field(phone, rig, "lines")
    do(phone, Type(text="one\ntwo\n\nthree"))
    assert rig.page("lines.value") == "one\ntwo\n\nthree"


def test_unicode_goes_through_the_broadcast_keyboard_which_is_put_away(phone: AndroidEnvironment, rig: Rig) -> None:
    open_field(phone, rig)
    do(phone, Type(text="žluťoučký 你好 🙂 $(id)"))
    assert rig.page("line.value") == "žluťoučký 你好 🙂 $(id)"
    assert "LatinIME" in rig.adb("shell", "settings get secure default_input_method")
    assert "AdbIME" not in rig.adb("shell", "ime list -s")


def test_unicode_goes_through_the_clipboard_where_there_is_no_such_keyboard(
    phone: AndroidEnvironment, rig: Rig
) -> None:
    rig.set(keyboard_installed=False, clipboard=True)
    open_field(phone, rig)
    do(phone, Paste(text="naïve; rm -rf 'x'"))
    assert rig.page("line.value") == "naïve; rm -rf 'x'"


def test_unicode_that_cannot_be_typed_says_what_to_install(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.set(keyboard_installed=False)
    open_field(phone, rig)
    outcome = phone.act(Type(text="你好"))
    assert outcome.status == "failed"
    assert "install ADBKeyboard" in outcome.message
    assert rig.page("line.value") == ""


def test_text_that_arrives_garbled_is_noticed_and_not_repeated(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.set(swallow=3)
    open_field(phone, rig)
    outcome = phone.act(Type(text="hunter2secret"))
    assert outcome.status == "failed"
    assert "typed 13 characters, but the field holds 10" in outcome.message
    assert "secret" not in outcome.message


def test_a_password_field_is_believed_by_its_length(phone: AndroidEnvironment, rig: Rig) -> None:
    open_field(phone, rig, "secret")
    do(phone, Type(text="hunter2"))
    assert rig.page("secret.value") == "hunter2"


def test_text_without_a_field_says_that_nobody_can_tell(phone: AndroidEnvironment, rig: Rig) -> None:
    phone.observe()
    outcome = phone.act(Type(text="hello"))
    assert outcome.status == "done"
    assert "no text field has the focus" in outcome.message


def test_text_on_a_restless_screen_is_read_back_from_the_compressed_hierarchy(
    phone: AndroidEnvironment, rig: Rig
) -> None:
    rig.set(no_idle=True)
    open_field(phone, rig)
    do(phone, Type(text="hello"))


# --- keys ------------------------------------------------------------------------------------------------------------


def test_keys_and_chords(phone: AndroidEnvironment, rig: Rig) -> None:
    open_field(phone, rig)
    do(phone, Type(text="abc"))
    do(phone, Press(keys=("backspace",)))
    do(phone, Press(keys=("%",)))
    do(phone, Press(keys=("x",)))
    assert rig.page("line.value") == "ab%x"
    do(phone, Press(keys=("ctrl", "a")))
    do(phone, Hold(keys=("delete",), seconds=1))
    assert rig.page("line.value") == ""


@pytest.mark.parametrize(("sdk", "keys", "words"), [
    (30, ("ctrl", "a"), "Android 12"), (34, ("f20",), "no key 'f20'"), (34, ("ctrl", "é"), "no key 'é'"),
])  # fmt: skip
def test_keys_that_are_not_there(
    phone: AndroidEnvironment, rig: Rig, sdk: int, keys: tuple[str, ...], words: str
) -> None:
    rig.set(sdk=sdk)
    outcome = phone.act(Press(keys=keys))
    assert outcome.status == "failed"
    assert words in outcome.message


# --- apps ------------------------------------------------------------------------------------------------------------


def test_apps_start_stop_and_go_back(phone: AndroidEnvironment, rig: Rig) -> None:
    do(phone, Launch(app="com.jquery.mobile.mail"))
    assert phone.observe().location == "com.jquery.mobile.mail"
    do(phone, Launch(app="org.rig.field/.Field"))
    do(phone, Focus(window="counter"))
    assert phone.observe().location == "org.rig.counter"
    do(phone, Stop())
    assert phone.observe().location == "com.android.launcher3"
    do(phone, Launch(app="org.rig.field"))
    do(phone, Home())
    assert phone.observe().title == ".Launcher"
    do(phone, Recents())
    assert phone.observe().title.endswith("RecentsActivity")
    before = rig.page("location.href")
    do(phone, Open(location=before.replace("launcher", "counter")))
    do(phone, Back())
    assert rig.page("location.href") == before
    do(phone, Wait(seconds=0))
    assert not [words for words in rig.control("log") if words[0] == "monkey"]


@pytest.mark.parametrize(("app", "words"), [
    ("no.such.app", "'no.such.app' is not installed; like it: "),
    ("jquery", "several packages; like it: com.jquery.mobile.cities, "),
    ("com.jquery.mobile.mail/.Nope", "does not exist"),
])  # fmt: skip
def test_apps_that_are_not_there(phone: AndroidEnvironment, app: str, words: str) -> None:
    outcome = phone.act(Launch(app=app))
    assert outcome.status == "failed"
    assert words in outcome.message
    assert "\n" not in outcome.message


def test_a_location_nobody_opens(phone: AndroidEnvironment) -> None:
    outcome = phone.act(Open(location="nope:x"))
    assert outcome.status == "failed"
    assert "unable to resolve" in outcome.message


def test_an_app_that_cannot_be_launched_stops_the_start(connect: Connect) -> None:
    with pytest.raises(Unavailable, match="is not installed"):
        connect(launch="no.such.app")


def test_older_androids_tell_elsewhere_what_is_in_front(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.set(sdk=28)
    assert phone.observe().location == "org.rig.counter"


def test_files_go_there_and_back(phone: AndroidEnvironment, tmp_path: Path) -> None:
    there, back = tmp_path / "a b'c.bin", tmp_path / "back.bin"
    there.write_bytes(bytes(range(256)) * 5000)
    assert phone.act(Push(path=str(there), to="/sdcard/a b'c.bin")) == DONE
    assert phone.act(Pull(path="/sdcard/a b'c.bin", to=str(back))) == DONE
    assert back.read_bytes() == there.read_bytes()


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (Pull(path="/sdcard/none", to="back.bin"), "/sdcard/none could not be read on phone"),
        (Pull(path="/sdcard/here.txt", to="no folder/back.bin"), "cannot be written"),
        (Push(path="none", to="/sdcard/none"), "none: cannot be read"),
        (Push(path="back.bin", to="/proc/none/file"), "/proc/none/file could not be written on phone"),
    ],
)
def test_a_file_that_cannot_be_copied_fails_the_action(
    phone: AndroidEnvironment, rig: Rig, tmp_path: Path, action: Push | Pull, why: str
) -> None:
    (rig.root / "sdcard" / "here.txt").write_text("here")
    (tmp_path / "back.bin").write_text("before")
    here = {"path" if isinstance(action, Push) else "to"}
    outcome = phone.act(action.model_copy(update={name: str(tmp_path / getattr(action, name)) for name in here}))
    assert outcome.status == "failed"
    assert why in outcome.message
    assert [path.name for path in tmp_path.iterdir()] == ["back.bin"]
    assert (tmp_path / "back.bin").read_text() == "before"


def test_an_upload_answers_the_file_chooser(phone: AndroidEnvironment, rig: Rig, tmp_path: Path) -> None:
    assert not phone.observe().chooser
    rig.control("front", CHOOSER)
    assert phone.observe().chooser
    (tmp_path / "photo.txt").write_text("a photo")
    outcome = phone.act(Upload(paths=(str(tmp_path / "photo.txt"),)))
    assert (outcome.status, outcome.message) == (
        "done", "put photo.txt into /sdcard/Download; pick it there in the file chooser",
    )  # fmt: skip
    assert (rig.root / "sdcard/Download/photo.txt").read_text() == "a photo"


# --- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("captured", [True, False])
@pytest.mark.parametrize("rotation", [0, 1])
def test_an_overridden_size_moves_no_tap(phone: AndroidEnvironment, rig: Rig, captured: bool, rotation: int) -> None:
    """Some phones shrink the screenshot with the override, others keep it as it was."""
    rig.set(override_captured=captured, rotation=rotation)
    rig.adb("shell", "wm size 540x1200")
    frame = phone.observe().frame
    whole = (1080, 2400) if rotation == 0 else (2400, 1080)
    assert (frame.size.width, frame.size.height) == (whole if not captured else (whole[0] // 2, whole[1] // 2))
    assert frame.scale == ((1.0, 1.0) if captured else (2.0, 2.0))
    target = at(frame.size.width // 4, frame.size.height // 5)
    do(phone, Click(at=target))
    ((x, y),) = seen(rig)["taps"]
    factor = whole[0] / frame.size.width
    assert abs(x / factor - target.x) <= 1
    assert abs(y / factor - target.y) <= 1


def test_a_phone_turned_while_it_is_used(phone: AndroidEnvironment, rig: Rig) -> None:
    assert str(phone.observe().frame.size) == "1080x2400"
    rig.set(rotation=1)
    frame = phone.observe().frame
    assert (str(frame.size), frame.scale) == ("2400x1080", (1.0, 1.0))
    do(phone, Click(at=at(2399, 100)))
    assert rounded(seen(rig)["taps"]) == [[2399, 100]]


def test_elements_lie_where_things_are(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.adb("shell", "wm size 540x1200")
    rig.set(override_captured=False)
    (field,) = phone.observe().elements
    assert (field.role, field.name) == ("textbox", "line")
    do(phone, Click(at=field.box.centre))
    until(lambda: rig.page("document.activeElement.id") == "line", "the tap to reach the field")


# --- what stands in the way ---------------------------------------------------------------------------------------


def test_a_phone_asleep_is_woken_and_an_open_lock_lifted(connect: Connect, rig: Rig) -> None:
    rig.set(awake=False, locked=True)
    assert connect().observe().events == ()


def test_a_phone_locked_with_a_pin_is_left_alone(connect: Connect, rig: Rig) -> None:
    rig.set(awake=False, locked=True, pin=True)
    with pytest.raises(Unavailable, match="PIN") as error:
        connect()
    assert "\n" not in str(error.value)


def test_a_screen_that_goes_off_is_not_touched(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.set(awake=False)
    assert "the screen is off; press 'power' to turn it on" in phone.observe().events
    for action in (Click(at=at(1, 1)), Type(text="x")):
        outcome = act(phone, action)
        assert outcome.status == "failed"
        assert "the screen is off" in outcome.message
    do(phone, Press(keys=("power",)))
    assert phone.observe().events == ()


def test_locks_crashes_and_permissions_are_told(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.set(locked=True, pin=True)
    assert any("the phone is locked" in event for event in phone.observe().events)
    rig.set(locked=False, crashed="com.a.b")
    assert any("com.a.b has crashed" in event for event in phone.observe().events)
    rig.set(crashed="")
    outcome = phone.act(Launch(app="com.google.android.permissioncontroller"))
    assert outcome.status == "done"
    now = phone.observe()
    assert any("permission dialog" in event for event in now.events)
    assert "Don't allow" in [element.name for element in now.elements]


def test_a_secure_window_is_named(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.set(secure=True)
    (event,) = phone.observe().events
    assert "org.rig.counter seems to forbid it (FLAG_SECURE)" in event
    assert [element.name for element in phone.observe().elements] == ["line"]


def test_input_that_the_phone_forbids_says_where_to_allow_it(phone: AndroidEnvironment, rig: Rig) -> None:
    rig.set(forbid_input=True)
    outcome = act(phone, Click(at=at(1, 1)))
    assert outcome.status == "failed"
    assert "USB debugging (Security settings)" in outcome.message


@pytest.mark.parametrize("capture", ["png", "raw"])
def test_a_warning_about_displays_is_no_part_of_the_picture(connect: Connect, rig: Rig, capture: str) -> None:
    phone = connect(capture=capture)
    clean = phone.observe().frame.id
    rig.set(displays=2)
    now = phone.observe()
    assert now.frame.id == clean
    assert now.location == "org.rig.counter"


def test_animations_are_off_meanwhile_and_put_back(connect: Connect, rig: Rig) -> None:
    scale = "settings get global animator_duration_scale"
    before = rig.adb("shell", scale)
    phone = connect()
    assert (before, rig.adb("shell", scale)) == ("1.0\n", "0\n")
    phone.close()
    assert rig.adb("shell", scale) == "1.0\n"


# --- the resident server --------------------------------------------------------------------------------------------


@pytest.fixture
def resident(connect: Connect, rig: Rig) -> AndroidEnvironment:
    """A phone that holds uiautomator2's program; its port is free on this machine, which the rig shares."""
    rig.adb("shell", "touch /data/local/tmp/u2.jar")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    phone = connect(capture="auto", resident_port=port)
    rig.adb("shell", "rm /data/local/tmp/u2.jar")
    return phone


def test_the_resident_server_is_one_more_route(resident: AndroidEnvironment, rig: Rig) -> None:
    (event,) = resident.observe().events
    assert "resident " in event
    rig.control("front", "org.rig.counter/.Counter")
    resident.observe()
    do(resident, Pinch(at=at(500, 700), factor=2))
    assert seen(rig)["fingers"] == 2
    assert "line" in [element.name for element in resident.observe().elements]
    rig.set(keyboard_installed=False)
    open_field(resident, rig)
    do(resident, Type(text="你好"))
    assert rig.page("line.value") == "你好"
    assert "takeScreenshot" in json.dumps(rig.control("log"))


def test_pictures_go_on_when_the_resident_server_ends(connect: Connect, resident: AndroidEnvironment) -> None:
    second = connect(capture="auto", resident_port=resident.options.resident_port)
    second.observe()
    chosen = second.capture
    resident.close()  # it had started the server
    events: list[str] = []

    def goes_on() -> bool:
        events.extend(second.observe().events)
        return second.capture in ("raw", "png")

    until(goes_on, "pictures by another route")
    if chosen == "resident":  # else another route was quicker from the start
        assert any("from here on: resident fails" in event for event in events)


def test_without_a_resident_server_one_cannot_be_asked_for(connect: Connect) -> None:
    with pytest.raises(Unavailable, match="uiautomator2 init"):
        connect(capture="resident", resident_port=1)


# --- which phone -----------------------------------------------------------------------------------------------------


def test_the_only_phone_needs_no_serial(connect: Connect, rig: Rig) -> None:
    assert connect(serial="").serial == rig.serial


def test_a_serial_from_the_environment(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDROID_SERIAL", "emulator-1")
    with pytest.raises(Unavailable, match="no phone 'emulator-1' is connected"):
        connect(serial="")


def test_a_phone_of_a_pool_is_taken_and_given_back(connect: Connect, rig: Rig) -> None:
    phone = connect(serial="", serials=[rig.serial])
    assert phone.serial == rig.serial
    phone.close()
    until(lambda: connect(serial="", serials=[rig.serial]).serial == rig.serial, "the phone to be free again")
