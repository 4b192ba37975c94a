"""Settled, fresh and concealed screens, over observations that were made up."""

import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.environments.actions import (
    Click,
    Dialog,
    Open,
    Press,
    Type,
    action_from_json,
    bind,
    map_points,
    points_of,
)
from sightline.environments.android.capture import Picture
from sightline.environments.base import Element, Frame, Observation, OpenDialog
from sightline.environments.concealed import Concealed
from sightline.environments.fresh import Fresh, same_around
from sightline.environments.geometry import Box, Point
from sightline.environments.keys import chord, key_name
from sightline.environments.recorded import RecordedEnvironment
from sightline.environments.settled import Settled
from sightline.tools.secrets import conceal, reveal, shows_secret
from sightline.tools.sight import Screen, Sight


def observation(shade: int, taken_at: float = 0.0, **facts: object) -> Observation:
    seen = Observation(Frame(np.full((100, 200, 3), shade, np.uint8), taken_at=taken_at))
    return replace(seen, **facts)


def with_patch(left: int, top: int, right: int, bottom: int) -> Observation:
    pixels = np.full((100, 200, 3), 10, np.uint8)
    pixels[top:bottom, left:right] = 200
    return Observation(Frame(pixels))


# settled


def test_two_equal_looks_are_rest() -> None:
    screen = RecordedEnvironment([observation(1), observation(2), observation(3, events=("a",)), observation(3)])
    seen = Settled(screen, interval=0).observe()
    assert seen.frame.id == observation(3).frame.id
    assert seen.events == ("a",)


def test_a_busy_screen_is_not_at_rest() -> None:
    looks = [observation(1, busy=True), observation(1, busy=True), observation(1), observation(9)]
    screen = RecordedEnvironment(looks)
    Settled(screen, interval=0).observe()
    assert screen.observe().frame.id == observation(9).frame.id


def test_a_screen_that_never_rests_is_taken_as_it_is_and_said_to() -> None:
    screen = RecordedEnvironment([observation(shade % 250) for shade in range(100_000)])
    seen = Settled(screen, interval=0, ceiling=0.05).observe()
    assert seen.events == ("the screen was still changing after 0.05 s",)


def test_a_dialog_is_not_waited_for() -> None:
    dialog = OpenDialog(kind="alert", message="hello")
    screen = RecordedEnvironment([observation(1, dialog=dialog)])
    assert Settled(screen, interval=0).observe().dialog == dialog


# fresh


def click(seen: Observation, x: int = 50, y: int = 50) -> Click:
    return Click(at=Point(x=x, y=y, frame=seen.frame.id))


def test_a_place_that_looks_the_same_is_touched_on_the_frame_of_now() -> None:
    elsewhere = with_patch(150, 60, 190, 90)
    screen = RecordedEnvironment([observation(10), elsewhere])
    fresh = Fresh(screen)
    assert fresh.act(click(fresh.observe())).status == "done"
    assert screen.acted == [click(elsewhere)]


@pytest.mark.parametrize(
    "now", [with_patch(40, 40, 60, 60), observation(200), observation(10, dialog=OpenDialog(kind="alert", message="x"))]
)
def test_a_place_that_changed_is_not_touched(now: Observation) -> None:
    screen = RecordedEnvironment([observation(10), now])
    fresh = Fresh(screen)
    assert fresh.act(click(fresh.observe())).status == "stale"
    assert screen.acted == []


def test_a_blinking_caret_is_no_change() -> None:
    fresh = Fresh(RecordedEnvironment([observation(10), with_patch(52, 42, 53, 58)]))
    assert fresh.act(click(fresh.observe())).status == "done"


def test_what_was_told_in_the_extra_look_is_told_by_the_next() -> None:
    looks = [observation(10), observation(10, events=("a tab opened",)), observation(10, events=("a file came",))]
    fresh = Fresh(RecordedEnvironment(looks))
    fresh.act(click(fresh.observe()))
    assert fresh.observe().events == ("a tab opened", "a file came")


def test_keys_and_young_frames_need_no_second_look() -> None:
    young = observation(10, taken_at=time.time() + 60)
    screen = RecordedEnvironment([observation(10), young])
    fresh = Fresh(screen)
    fresh.observe()
    assert fresh.act(Press(keys=("enter",))).status == "done"
    assert fresh.act(click(fresh.observe())).status == "done"


def test_frames_of_other_sizes_or_scales_are_never_the_same() -> None:
    frame = observation(10).frame
    other = Frame(np.full((100, 201, 3), 10, np.uint8))
    at = Point(x=50, y=50, frame=frame.id)
    assert same_around(at, frame, frame)
    assert not same_around(at, frame, other)
    assert not same_around(at, frame, Frame(np.full((100, 200, 3), 11, np.uint8), scale=(2.0, 2.0)))


def test_what_holds_a_picture_is_written_without_its_pixels() -> None:
    pixels = np.full((100, 200, 3), 57, np.uint8)
    for shown in (Observation(Frame(pixels)), Screen(pixels, ()), Picture(pixels, b"\x89PNG")):
        assert "57" not in repr(shown)
        assert "array" not in repr(shown)
        assert "PNG" not in repr(shown)


# concealed

SECRETS = {"password": "Xk7pQw92mZ", "pin": "12"}


def written(*lines: str) -> Observation:
    pixels = np.full((160, 480, 3), 255, np.uint8)
    for number, line in enumerate(lines):
        cv2.putText(pixels, line, (20, 40 + 50 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 0, 0), 2, cv2.LINE_AA)
    return Observation(Frame(pixels), title=" ".join(lines))


@pytest.fixture(scope="module")
def sight() -> Sight:
    return Sight()


def test_a_secret_that_shows_is_painted_over_before_anyone_sees_it(sight: Sight) -> None:
    shown = written("Your password is", "Xk7pQw92mZ", "Keep it safe")
    box = Box(left=1, top=1, right=9, bottom=9)
    element = Element(role="textbox", name="Password", value="Xk7pQw92mZ", box=box)
    shown = replace(shown, read_elements=lambda: (element,))
    seen = Concealed(RecordedEnvironment([shown]), SECRETS, sight).observe()
    assert seen.frame.id != shown.frame.id
    text = " ".join(line.text for line in Sight().look(seen.frame.pixels).lines)
    assert "Xk7p" not in text
    assert "Your password is" in text
    assert "Keep it safe" in text
    assert seen.title == "Your password is ${secrets.password} Keep it safe"
    assert seen.elements[0].value == "${secrets.password}"


def test_a_picture_without_secrets_is_left_as_it_is(sight: Sight) -> None:
    shown = written("12 things", "to do")
    assert Concealed(RecordedEnvironment([shown]), SECRETS, sight).observe().frame is shown.frame


def test_values_are_put_in_when_they_are_typed_and_points_are_put_on_the_real_frame(sight: Sight) -> None:
    shown = written("Xk7pQw92mZ")
    screen = RecordedEnvironment([shown])
    concealed = Concealed(screen, SECRETS, sight)
    seen = concealed.observe()
    concealed.act(Type(text="it is ${secrets.password}"))
    concealed.act(Open(location="http://x/?pin=${secrets.pin}"))
    concealed.act(Dialog(accept=True, text="${secrets.pin}"))
    concealed.act(Click(at=Point(x=1, y=2, frame=seen.frame.id)))
    assert screen.acted == [
        Type(text="it is Xk7pQw92mZ"),
        Open(location="http://x/?pin=12"),
        Dialog(accept=True, text="12"),
        Click(at=Point(x=1, y=2, frame=shown.frame.id)),
    ]


@given(st.text(max_size=60))
def test_what_is_concealed_is_revealed_again(text: str) -> None:
    assert reveal(conceal(text, SECRETS), SECRETS) == reveal(text, SECRETS)
    assert "Xk7pQw92mZ" not in conceal(text + "Xk7pQw92mZ" + text, SECRETS)


@pytest.mark.parametrize(
    ("read", "shows"),
    [
        ("Xk7pQw92mZ", True),
        ("code: xk7 pQw92mZ.", True),
        ("Xk7pQw9ZmZ", True),
        ("12", False),
        ("Xk7", False),
        ("mZ", False),
    ],
)
def test_a_misread_secret_still_counts_as_shown(read: str, shows: bool) -> None:
    assert shows_secret(read, SECRETS) is shows


# actions and keys


def test_points_are_read_bound_and_changed() -> None:
    drag = action_from_json('{"kind": "drag", "path": [[1, 2], [3, 4]]}')
    assert [str(point) for point in points_of(drag)] == ["(1, 2)", "(3, 4)"]
    assert {point.frame for point in points_of(bind(drag, "f"))} == {"f"}
    moved = map_points(drag, lambda point: Point(x=point.x + 1, y=point.y))
    assert drag.model_dump(mode="json")["path"] == [[1, 2], [3, 4]]
    assert moved.model_dump(mode="json")["path"] == [[2, 2], [4, 4]]


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("Ctrl+Shift+T", ("ctrl", "shift", "T")),
        ("ctrl c", ("ctrl", "c")),
        ("Return", ("enter",)),
        ("ctrl++", ("ctrl", "+")),
        ("+", ("+",)),
        ("Page_Down", ("pagedown",)),
        ("cmd+ArrowLeft", ("meta", "left")),
        ("é", ("é",)),
    ],
)
def test_chords_have_one_spelling(said: str, keys: tuple[str, ...]) -> None:
    assert chord(said) == keys


def test_a_key_nobody_knows_is_named() -> None:
    with pytest.raises(ValueError, match=r"unknown key 'Entr'.*did you mean 'enter'"):
        key_name("Entr")
