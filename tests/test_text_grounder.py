"""Finding and reading by sight on real pages and drawn ones."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.agent.grounders.reading import is_checked, value_of, visible
from sightline.agent.grounders.text import TextGrounder
from sightline.environments.base import Frame, Observation
from sightline.tasks.records import Ambiguous, Found, NotFound
from sightline.tools.sight import Sight
from tests.screens import Seen, blank, look_at, real, shared_reader, write


def table() -> Seen:
    """Users with checkboxes, links and a value each; Ada stands twice."""
    pixels = blank(760, 330)
    for x, head in ((80, "Name"), (280, "Status"), (440, "Balance")):
        write(pixels, head, x, 40, 18)
    rows = (("Ada Lovelace", "active", "10.50"), ("Grace Hopper", "left", "7.25"), ("Alan Turing", "active", "0.10"))
    for index, row in enumerate(rows):
        y = 100 + 60 * index
        cv2.line(pixels, (20, y - 38), (740, y - 38), (210, 210, 210), 1)
        cv2.rectangle(pixels, (40, y - 16), (55, y - 1), (120, 120, 120), 1)
        for x, text in zip((80, 280, 440), row, strict=True):
            write(pixels, text, x, y, 17)
        for x, text in ((560, "Edit"), (650, "Delete")):
            write(pixels, text, x, y, 17, (0, 80, 200))
    write(pixels, "Total: 17.85", 440, 300, 18)
    return look_at(pixels)


TABLE = table()


def test_a_sign_alone_in_a_button_is_read_by_a_second_look() -> None:
    pixels = blank(400, 200, 246)
    for x, word in ((20, "File"), (80, "Edit"), (140, "Help")):
        write(pixels, word, x, 30)
    for x, sign in ((20, "="), (140, "-"), (260, "+")):
        cv2.rectangle(pixels, (x, 60), (x + 50, 94), (190, 190, 190), 1)
        write(pixels, sign, x + 20, 84)
    seen = look_at(pixels)
    assert not {"=", "-"} & {line.text for line in seen.sight.look(pixels).lines}, "the first look would do"
    for phrase, (x, y) in {'"="': (45, 77), "- button": (165, 77), '"+"': (285, 77)}.items():
        found = at(seen, phrase)
        assert max(abs(found[0] - x), abs(found[1] - y)) <= 6, (phrase, found)
    assert isinstance(seen.find('"*"'), NotFound)


def test_an_underlined_letter_is_no_other_one() -> None:
    """The key of a button is underlined, which makes a Q of its O."""
    pixels = blank(400, 120)
    write(pixels, "QK", 200, 60)
    write(pixels, "Cancel", 60, 60)
    assert at(look_at(pixels), "OK button")[0] > 190


def at(seen: Seen, phrase: str) -> tuple[int, int]:
    point = seen.found(phrase).point
    return point.x, point.y


@pytest.mark.parametrize(
    ("page", "phrase", "box"),
    [
        ("sb2_login__light", "Login button", (701, 321, 1044, 365)),
        ("sb2_login__light", "the Enter Email Address field", (701, 150, 1044, 198)),
        ("sb2_login__light", "Remember me checkbox", (699, 284, 717, 302)),
        ("sb2_login__light", "Forgot Password? link", (821, 535, 924, 551)),
        ("genti_settings__light", "Full name field", (744, 338, 1100, 370)),
        ("genti_settings__light", "Timezone dropdown", (744, 563, 1100, 595)),
        ("genti_settings__light", "Save changes", (1128, 639, 1232, 671)),
        ("tabler_forms__light", "Checked checkbox input checkbox", (837, 596, 1026, 620)),
        ("tabler_forms__light", "the second Option 2 checkbox", (942, 457, 964, 479)),
        ("tabler_forms__light", "Option 2 checkbox below Inline Radios", (942, 457, 964, 479)),
    ],
)
def test_the_point_lies_in_the_control(page: str, phrase: str, box: tuple[int, int, int, int]) -> None:
    found = real(page).found(phrase)
    left, top, right, bottom = box
    assert left <= found.point.x < right
    assert top <= found.point.y < bottom
    assert found.box.contains(found.point)
    assert found.point.frame == found.box.frame == real(page).observation.frame.id


def test_a_button_is_preferred_to_a_heading_that_says_the_same() -> None:
    pixels = blank()
    write(pixels, "Create account", 60, 80, 26)
    cv2.rectangle(pixels, (60, 300), (230, 340), (200, 110, 20), -1)
    write(pixels, "Create account", 80, 326, 18, (255, 255, 255))
    seen = look_at(pixels)
    for phrase in ("Create account button", "Create account"):
        assert seen.found(phrase).point.y > 300, phrase
    assert seen.found("Create account heading").point.y < 100


def test_two_as_good_are_ambiguous_in_reading_order() -> None:
    answer = TABLE.find("Edit link")
    assert isinstance(answer, Ambiguous)
    ys = [candidate.point.y for candidate in answer.candidates]
    assert len(ys) == 3
    assert ys == sorted(ys)


@pytest.mark.parametrize(
    ("phrase", "x", "y"),
    [
        ("Edit in the row of Ada", 575, 95), ("the second Edit link", 575, 155), ("last Delete", 675, 215),
        ("Delete link right of Edit in the row of Grace Hopper", 675, 155),
        ("link left of Delete in the Alan Turing row", 575, 215),
        ("checkbox in the row of 'Grace Hopper'", 48, 152), ("checkbox left of Alan Turing", 48, 212),
        ("text below Status", 300, 95), ("Edit between 0.10 and Delete", 575, 215), ("second checkbox", 48, 152),
        ("cell in the Status column in the row of Grace", 300, 155), ("active above left", 300, 95),
    ],
)  # fmt: skip
def test_ordinals_and_relations_tell_apart(phrase: str, x: int, y: int) -> None:
    assert at(TABLE, phrase) == pytest.approx((x, y), abs=14)


@pytest.mark.parametrize(
    "phrase", ["Archive", "Edit in the row of Bob", "fourth Edit link", "Save button", "Deleted", "Ad"]
)
def test_what_is_not_there_is_not_found_and_the_nearest_are_named(phrase: str) -> None:
    answer = TABLE.find(phrase)
    assert isinstance(answer, NotFound)
    assert answer.why
    assert len(answer.nearest) >= 3
    assert all(0 <= candidate.likeness <= 1 for candidate in answer.nearest)


@pytest.mark.parametrize("phrase", ["", "   ", "the"])
def test_an_empty_phrase_finds_nothing(phrase: str) -> None:
    assert isinstance(TABLE.find(phrase), NotFound)


@pytest.mark.parametrize("scale", [1, 2])
def test_chinese_and_japanese_phrases(scale: int) -> None:
    pixels = blank(500, 300)
    cv2.rectangle(pixels, (40, 40), (160, 80), (230, 230, 230), -1)
    write(pixels, "保存", 80, 67, 20)
    write(pixels, "用户名", 40, 150, 20)
    cv2.rectangle(pixels, (150, 125), (420, 165), (120, 120, 120), 1)
    write(pixels, "削除", 80, 240, 20)
    seen = look_at(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.uint8))
    assert at(seen, "点击“保存”按钮") == pytest.approx((100 * scale, 60 * scale), abs=10 * scale)
    assert at(seen, "用户名输入框") == pytest.approx((285 * scale, 145 * scale), abs=10 * scale)
    assert at(seen, "「削除」をクリック") == pytest.approx((100 * scale, 233 * scale), abs=10 * scale)


def test_twice_the_scale_is_seen_the_same() -> None:
    small = real("sb2_login__light")
    pixels = cv2.resize(small.observation.frame.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    large = look_at(pixels.astype(np.uint8))
    for phrase in ("Login button", "Password field", "Remember me checkbox", "Create an Account! link"):
        x, y = at(small, phrase)
        assert at(large, phrase) == pytest.approx((2 * x, 2 * y), abs=8), phrase


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_any_phrase_gets_an_answer(phrase: str) -> None:
    assert TABLE.find(phrase).kind in ("found", "not_found", "ambiguous")


@pytest.mark.parametrize(
    ("phrase", "value"),
    [
        ("Total", "17.85"), ("Status column in the row of Ada", "active"),
        ("Balance in the row of Grace Hopper", "7.25"),
        ('the text right of "Alan Turing"', "active"), ("Name column in the row of 7.25", "Grace Hopper"),
        ("the text below Balance", "10.50"),
    ],
)  # fmt: skip
def test_values_are_read(phrase: str, value: str) -> None:
    assert value_of(phrase, TABLE.observation, TABLE.sight) == value


def test_fields_are_read() -> None:
    seen = real("genti_settings__light")
    for phrase, value in (("Full name field", "Aigars Silkalns"), ("Email address", "aigars@example.com")):
        assert value_of(phrase, seen.observation, seen.sight) == value
    assert isinstance(value_of("Nickname field", seen.observation, seen.sight), NotFound)


def test_an_empty_field_says_nothing() -> None:
    pixels = blank()
    write(pixels, "Nickname", 40, 60)
    cv2.rectangle(pixels, (160, 38), (420, 70), (150, 150, 150), 1)
    seen = look_at(pixels)
    assert value_of("Nickname field", seen.observation, seen.sight) == ""


def test_a_wrapped_sentence_is_visible_and_others_are_not() -> None:
    seen = real("genti_form__dark")
    for text in (
        "Set a realistic budget. You can adjust it as scope changes.",
        "You can adjust it as scope changes",
        "Private — only invited members",
        "Buttons",
    ):
        assert isinstance(visible(text, seen.observation, seen.sight), Found), text
    for text in ("You can adjust it as scope grows", "Validations", "Set a realistic deadline"):
        assert isinstance(visible(text, seen.observation, seen.sight), NotFound), text


def test_several_places_are_visible_too() -> None:
    assert isinstance(visible("Edit", TABLE.observation, TABLE.sight), Found)


@pytest.mark.parametrize(
    ("page", "phrase", "checked"),
    [
        ("tabler_forms__light", "Checked checkbox input checkbox", True),
        ("tabler_forms__light", "Checkbox input", False),
        ("tabler_forms__light", "first Option 1 checkbox", True),
        ("tabler_forms__light", "first Option 2 checkbox", False),
        ("tabler_forms__dark", "Checked checkbox input checkbox", True),
        ("tabler_forms__dark", "Checkbox input checkbox", False),
        ("sb2_login__light", "Remember me checkbox", False),
        ("sb2_login__light", "Login button", None),
    ],
)
def test_whether_it_is_checked(page: str, phrase: str, checked: bool | None) -> None:
    seen = real(page)
    assert is_checked(seen.found(phrase), seen.observation, seen.sight) is checked


def test_one_screen_is_read_once() -> None:
    sight = Sight(reader=shared_reader())
    observation = Observation(Frame(TABLE.observation.frame.pixels.copy()))
    first = sight.look(observation.frame.pixels)
    TextGrounder(sight).find("Edit", observation)
    visible("Total", observation, sight)
    assert sight.look(observation.frame.pixels) is first
