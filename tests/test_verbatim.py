"""What a script asserts: accepted as it was read from real screens, refused when one character is another."""

import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sightline.agent.grounders.phrases import parse
from sightline.agent.grounders.reading import visible
from sightline.agent.grounders.verbatim import find_verbatim, is_verbatim
from sightline.tasks.records import Found
from tests.screens import Seen, real, screen_file

DISTINCT = "abcdefghjkpqstuyz23456789=():/#%&"
"""Characters of which none is drawn like another, in either case, or runs into the next."""
SAID = st.text(DISTINCT, min_size=2, max_size=24).filter(lambda text: text[0].isalpha() and text[-1].isalpha())
PAGES = ("sb2_login__light", "genti_settings__light", "tabler_forms__light", "doc_django__light", "doc_zh__light")


@given(SAID, st.data())
def test_one_other_character_is_another_text(label: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(label) - 1))
    other = data.draw(st.sampled_from([letter for letter in DISTINCT if letter != label[place]]))
    changed = label[:place] + other + label[place + 1 :]
    assert find_verbatim(label, label)
    assert not find_verbatim(label, changed)
    assert not find_verbatim(label, f"Here {changed} stands")


@given(SAID, st.data())
def test_two_characters_swapped_are_another_text(label: str, data: st.DataObject) -> None:
    one, other = sorted(data.draw(st.lists(st.integers(0, len(label) - 1), min_size=2, max_size=2, unique=True)))
    assume(label[one] != label[other])
    swapped = label[:one] + label[other] + label[one + 1 : other] + label[one] + label[other + 1 :]
    assert not find_verbatim(label, swapped)


@given(SAID, st.data())
def test_one_character_less_or_more_is_another_text(label: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(label) - 1))
    less = label[:place] + label[place + 1 :]
    assert not find_verbatim(label, less)
    assert not find_verbatim(less, label) or place in (0, len(label) - 1) or not less[0].isalnum()


@given(SAID)
def test_case_and_blanks_do_not_count(label: str) -> None:
    assert is_verbatim(label, label.upper())
    assert is_verbatim(label, " ".join(label))
    assert [match.start for match in find_verbatim(label, f"So {label} it is")] == [3]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Illusion", "lllusion"), ("100 OK", "1OO 0K"), ("modern", "modem"), ("modem", "modern"), ("Zoë", "Zoe"),
        ("Don't", "Don’t"), ("2024-05", "2024–05"), ("a…", "a..."), ("カテゴリ", "力テゴリ"), ("Save", "SAVE now"),
        ("用户", "所有用户管理"), ("5", "5%"), ("5", "$5"), ("2024", "2024-05-01"), ("Total:", "Total: 5"),
        ("=SUM(D3:D6)", "=SUM(D3:D6)"),
    ],
)  # fmt: skip
def test_what_looks_the_same_is_the_same(label: str, text: str) -> None:
    assert find_verbatim(label, text)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("=SUM(D3:D6)", "=S(UMD3:D6)"), ("Saved", "Save"), ("Save", "Saved"), ("Settings", "Setlings"), ("5", "-5"),
        ("5", "−5.0"), ("5", "1.5"), ("5", "5,000"), ("5", "15"), ("345.00", "12,345.00"), ("Total:", "Total"),
        ("Loading.", "Loading..."), ("cafe", "café"), ("Staff", "Stuff"), ("S", "5"), ("8", "B"), ("", "anything"),
        ("用户", "用尸"), ("Dashboards overview", "Dashboards over…"),
    ],
)  # fmt: skip
def test_what_looks_otherwise_is_not(label: str, text: str) -> None:
    assert not find_verbatim(label, text)


def test_known_text_is_not_misread() -> None:
    assert find_verbatim("ok", "Is that OK?", read=False)
    assert not find_verbatim("OK", "Is that 0K?", read=False)
    assert not find_verbatim("ok", "my book", read=False)


@given(st.text(max_size=20), st.text(max_size=30))
def test_places_lie_within_the_text(label: str, text: str) -> None:
    for match in find_verbatim(label, text):
        assert 0 <= match.start < match.stop <= len(text)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_real_screen_says_is_visible_and_a_letter_else_is_not(page: str) -> None:
    seen = real(page)
    known = json.loads(screen_file(page).with_suffix(".json").read_text())
    words = sorted({word[0] for word in known["words"] if re.search(r"\w{3}", word[0]) and '"' not in word[0]})
    shown = [word for word in words if _visible(seen, word)]
    assert len(shown) >= 0.98 * len(words), set(words) - set(shown)
    for number, word in enumerate(shown):
        place = number % len(word)
        changed = word[:place] + ("q" if word[place].lower() != "q" else "k") + word[place + 1 :]
        assert not _visible(seen, changed), changed


def _visible(seen: Seen, text: str) -> bool:
    return isinstance(visible(f'"{text}"', seen.observation, seen.sight), Found)


@pytest.mark.parametrize(
    "text",
    ["Select all", "The Sea", "First name", "Page title", "Main menu", "Total value", "Open item", "Search field"],
)
def test_a_statement_has_no_verb_article_ordinal_or_thing_that_may_be_its_text(text: str) -> None:
    labels = {query.label for query in parse(text, statement=True).readings}
    assert labels <= {text, "Search"}


def test_quotes_and_controls_make_a_statement_more_than_a_label() -> None:
    assert parse('second "Edit"', statement=True).readings[-1].ordinal == 2
    assert parse('"Users" heading', statement=True).readings[-1].role == "heading"
    assert parse("second Edit link", statement=True).readings[-1] == parse("second Edit link").readings[-1]
