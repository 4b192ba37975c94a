"""The phrase language: what is label and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.agent.grounders.phrases import Query, parse, with_role
from sightline.agent.grounders.roles import Role


def last(phrase: str) -> Query:
    """The reading that takes every word of the language as such."""
    return parse(phrase).readings[-1]


@pytest.mark.parametrize(
    ("phrase", "label", "role"),
    [
        ("Home", "Home", None),
        ("the Sign in button", "Sign in", "button"),
        ("click on the Docs link", "Docs", "link"),
        ('the "Email address" field', "Email address", "field"),
        ("Email text box", "Email", "field"),
        ("input for Password", "Password", "field"),
        ("the search box labelled Quick search", "Quick search", "field"),
        ("button saying Save changes", "Save changes", "button"),
        ("the 'OK' button", "OK", "button"),
        ("Remember me check box", "Remember me", "check"),
        ("Dark mode toggle", "Dark mode", "check"),
        ("Country drop-down", "Country", "select"),
        ("Security tab", "Security", "tab"),
        ("checkbox", "", "check"),
        ("点击“设置”按钮", "设置", "button"),
        ("保存按钮", "保存", "button"),
        ("邮箱输入框", "邮箱", "field"),
        ("「保存」ボタン", "保存", "button"),
        ("「保存」ボタンをクリック", "保存", "button"),
        ("検索リンク", "検索", "link"),
    ],
)
def test_verbs_articles_and_roles_are_no_label(phrase: str, label: str, role: Role | None) -> None:
    assert last(phrase) == Query(label, role)


@pytest.mark.parametrize(
    ("phrase", "ordinal", "label"),
    [
        ("second Delete link", 2, "Delete"),
        ("the 3rd Edit link", 3, "Edit"),
        ("last Edit link", -1, "Edit"),
        ("second to last Edit link", -2, "Edit"),
        ("the 12th Edit link", 12, "Edit"),
        ("第二个“删除”按钮", 2, "删除"),
        ("最后一个“删除”按钮", -1, "删除"),
        ("2番目の「編集」リンク", 2, "編集"),
        ("最後の「編集」リンク", -1, "編集"),
    ],
)
def test_ordinals(phrase: str, ordinal: int, label: str) -> None:
    assert (last(phrase).ordinal, last(phrase).label) == (ordinal, label)


@pytest.mark.parametrize(
    ("phrase", "label", "place", "anchors"),
    [
        ("Edit in the row of Ada", "Edit", "row", ["Ada"]),
        ("Edit in the Ada row", "Edit", "row", ["Ada"]),
        ("Edit in the same row as Ada", "Edit", "row", ["Ada"]),
        ("checkbox in the row with 'beta'", "", "row", ["beta"]),
        ("checkbox left of Staff status", "", "left of", ["Staff status"]),
        ("Save to the right of Cancel", "Save", "right of", ["Cancel"]),
        ("Yes link under By Everyone", "Yes", "below", ["By Everyone"]),
        ("Add link above Users", "Add", "above", ["Users"]),
        ("icon next to Inbox", "", "near", ["Inbox"]),
        ("button between Save and Cancel", "", "between", ["Save", "Cancel"]),
        ("cell in the Email column", "", "column", ["Email"]),
        ("「保存」の右のボタン", "", "right of", ["保存"]),
        ("“Ada”所在行的“编辑”链接", "编辑", "row", ["Ada"]),
        ("“密码”右边的按钮", "", "right of", ["密码"]),
    ],
)
def test_relations(phrase: str, label: str, place: str, anchors: list[str]) -> None:
    query = last(phrase)
    (relation,) = query.relations
    assert (query.label, relation.place) == (label, place)
    assert [anchor.readings[-1].label for anchor in relation.anchors] == anchors


def test_relations_nest_and_add_up() -> None:
    (nested,) = last('Edit in the row of "Ada" below Users').relations
    (inner,) = nested.anchors[0].readings[-1].relations
    assert (nested.place, inner.place, inner.anchors[0].text) == ("row", "below", "Users")
    both = last("Edit right of Name and below Users").relations
    assert [(relation.place, relation.anchors[0].text) for relation in both] == [
        ("right of", "Name"),
        ("below", "Users"),
    ]
    cell = last("cell in the Email column in the row of Ada").relations
    assert [relation.place for relation in cell] == ["column", "row"]


@pytest.mark.parametrize("phrase", ["Select all", "First name", "Open invoice", "Next to do", "Check availability"])
def test_words_of_the_language_may_be_label(phrase: str) -> None:
    assert parse(phrase).readings[0] == Query(phrase)


def test_first_name_field_is_read_both_ways() -> None:
    readings = parse("First name field").readings
    assert readings.index(Query("First name", "field")) < readings.index(Query("name", "field", 1))


@pytest.mark.parametrize("label", ["Edit in the row of Ada", "first button", "click the link", "left of centre"])
def test_what_is_quoted_is_label_only(label: str) -> None:
    assert parse(f'"{label}"').readings == (Query(label),)
    assert last(f'the second "{label}" button') == Query(label, "button", 2)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Username", "Username field"),
        ('"Right of way" next to "A b"', '"Right of way" field next to "A b"'),
        ("Email in the row of Ada", "Email field in the row of Ada"),
        ("Country dropdown", "Country dropdown"),
        ("field left of Search button", "field left of Search button"),
    ],
)
def test_a_role_is_added_where_there_is_none(phrase: str, expected: str) -> None:
    assert with_role(phrase, "field") == expected


@given(st.text(max_size=80))
def test_any_text_is_read_somehow(phrase: str) -> None:
    assert parse(phrase).readings


WORDS = "the second click Edit button row left of between and column 第2个 按钮 の右の \" “ '".split()


@given(st.lists(st.sampled_from([*WORDS, "in the row of"]), max_size=12).map(" ".join))
def test_any_words_of_the_language_are_read_somehow(phrase: str) -> None:
    assert parse(phrase).readings
    assert with_role(phrase, "field")[:1] == phrase.strip()[:1] or not phrase.strip()


labels = st.text(st.characters(categories=("L", "N"), max_codepoint=0x9FFF), min_size=1, max_size=20)


@given(label=labels, ordinal=st.integers(1, 30))
def test_a_quoted_label_comes_through_whole(label: str, ordinal: int) -> None:
    assert last(f'the {ordinal}th "{label}" link') == Query(label, "link", ordinal)
