"""What models are asked: the goal, the picture, the family's own action space, and the past as each is told it."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sightline.agent.dialects.base import SCREENS, CannotSay, Dialect, Screen, Turn
from sightline.agent.dialects.gui_owl import GUI_OWL_15
from sightline.agent.dialects.history import first_kept
from sightline.agent.dialects.messages import Message, Picture
from sightline.agent.dialects.os_genesis import OS_GENESIS
from sightline.agent.dialects.qwen import QWEN2_VL, QWEN3_VL, QWEN25_VL, QWEN_VL
from sightline.agent.dialects.registry import SHIPPED, dialect_for, dialect_named
from sightline.agent.dialects.ui_tars import UI_TARS_10, UI_TARS_15
from sightline.environments.actions import Back, Click, Paste
from sightline.environments.base import Element, Frame
from sightline.environments.geometry import Box, Point
from sightline.tasks.records import Decision
from sightline.tools.errors import InputError


def picture(dialect: Dialect, shade: int = 0, screen: Screen = "computer") -> Picture:
    frame = Frame(np.full((720, 1280, 3), shade, np.uint8))
    return Picture(frame, dialect.canvas(frame.size, screen=screen, frame_id=frame.id))


def past(dialect: Dialect, steps: int) -> list[Turn]:
    return [
        Turn(picture(dialect, step + 1), Decision(action=Back(), reason=f"thought {step}", said=f"said {step}"))
        for step in range(steps)
    ]


def asked(dialect: Dialect, steps: int) -> tuple[Message, ...]:
    """The question after so many steps, every screen another; its screens are those of all the other questions."""
    turns = past(dialect, steps)
    return dialect.ask_action("x", turns, picture(dialect, steps + 1))


def told(message: Message) -> tuple[str, str, list[str]]:
    return message.role, message.text, [seen.id for seen in message.pictures]


def shown(conversation: tuple[Message, ...]) -> list[str]:
    return [seen.id for message in conversation for seen in message.pictures]


@pytest.mark.parametrize("dialect", SHIPPED, ids=lambda dialect: dialect.name)
def test_the_grounding_prompt_holds_the_phrase_and_the_picture(dialect: Dialect) -> None:
    conversation = dialect.ask_place("the {odd} button", picture(dialect))
    assert "the {odd} button" in "".join(message.text for message in conversation)
    assert shown(conversation) == [picture(dialect).id]


@pytest.mark.parametrize("screen", SCREENS.values())
@pytest.mark.parametrize("dialect", [dialect for dialect in SHIPPED if dialect.acts], ids=lambda dialect: dialect.name)
def test_the_agent_prompt_holds_the_goal_and_the_past(dialect: Dialect, screen: Screen) -> None:
    conversation = dialect.ask_action("feed the zebra", past(dialect, 2), picture(dialect), screen=screen)
    text = "".join(message.text for message in conversation)
    assert "feed the zebra" in text
    assert "thought 0" in text or "said 0" in text
    assert shown(conversation)[-1] == picture(dialect).id


@pytest.mark.parametrize("name", ["qwen-vl", "uground", "holo1.5", "gui-actor"])
def test_a_family_that_only_points_refuses_to_plan(name: str) -> None:
    dialect = dialect_named(name)
    with pytest.raises(CannotSay, match="says where things are"):
        dialect.ask_action("feed the zebra", [], picture(dialect))


@pytest.mark.parametrize(
    ("dialect", "screen", "size"),
    [
        (QWEN25_VL, "computer", "1288x728"),
        (QWEN2_VL, "computer", "1000x1000"),
        (QWEN3_VL, "computer", "1000x1000"),
        (QWEN3_VL, "phone", "999x999"),
        (GUI_OWL_15, "phone", "1000x1000"),
    ],
)
def test_the_tool_tells_the_size_the_numbers_end_at(dialect: Dialect, screen: Screen, size: str) -> None:
    system = dialect.ask_action("x", [], picture(dialect, screen=screen), screen=screen)[0]
    assert system.role == "system"
    assert f"The screen's resolution is {size}." in system.text
    schema = json.loads(system.text.split("<tools>\n")[1].split("\n</tools>")[0])
    assert schema["function"]["name"] == ("mobile_use" if screen == "phone" else "computer_use")
    actions = schema["function"]["parameters"]["properties"]["action"]["enum"]
    assert ("system_button" in actions) == (screen == "phone")
    assert len(actions) == len(set(actions))


def test_ui_tars_is_told_the_words_of_its_screen() -> None:
    computer = UI_TARS_10.ask_action("x", [], picture(UI_TARS_10))[0].text
    phone = UI_TARS_15.ask_action("x", [], picture(UI_TARS_15), screen="phone")[0].text
    assert "left_double(start_box='<|box_start|>(x1,y1)<|box_end|>')" in computer
    assert "press_home" not in computer
    assert "open_app(app_name='')" in phone
    assert "hotkey" not in phone


def test_old_pictures_give_way_in_blocks_and_the_last_two_stay() -> None:
    assert [first_kept(count, most=5) for count in (1, 5, 6, 9, 10, 13, 14)] == [0, 0, 4, 4, 8, 8, 12]
    assert [count - first_kept(count, most=6) for count in range(1, 14)] == [1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 2, 3]


@pytest.mark.parametrize("name", ["qwen3-vl", "gui-owl-1.5", "ui-tars-1.0", "ui-tars-1.5"])
def test_a_conversation_is_a_prefix_of_the_next_until_pictures_give_way(name: str) -> None:
    dialect = dialect_named(name)
    conversations = [asked(dialect, steps) for steps in range(30)]
    pictures = [len(shown(conversation)) for conversation in conversations]
    for earlier, later in pairwise(conversations):
        if len(shown(later)) > len(shown(earlier)):
            assert [told(message) for message in later[: len(earlier)]] == [told(message) for message in earlier]
        else:
            assert later[0].text.startswith(earlier[0].text)
    assert max(pictures) == (5 if name.startswith("ui-tars") else 6)
    folds = [before > after for before, after in pairwise(pictures)]
    assert sum(folds) <= len(folds) // (max(pictures) - 1)
    assert min(pictures[1:]) == 2


def test_a_later_screen_is_the_response_to_a_tool() -> None:
    conversation = asked(QWEN3_VL, 2)
    assert [message.role for message in conversation] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert conversation[3].text == "<tool_response>\n\n</tool_response>"


def test_ui_tars_is_repeated_all_its_answers() -> None:
    for steps in range(12):
        assert sum(message.role == "assistant" for message in asked(UI_TARS_15, steps)) == steps


@pytest.mark.parametrize("dialect", [QWEN3_VL, GUI_OWL_15], ids=lambda dialect: dialect.name)
def test_steps_whose_pictures_gave_way_are_told_in_words(dialect: Dialect) -> None:
    conversation = asked(dialect, 24)
    assert "Previous actions:\nStep 1: thought 0\nStep 2: thought 1" in conversation[1].text
    assert "Step 20: thought 19" in conversation[1].text
    assert "thought 20" not in conversation[1].text
    assert [message.text for message in conversation if message.role == "assistant"] == [
        f"said {step}" for step in range(20, 24)
    ]


def test_a_step_in_words_is_short_and_says_what_came_of_it() -> None:
    seen = picture(QWEN25_VL)
    long = Decision(action=Back(), said="x", reason="I see a page.\nAction: Go\tback\nto it. " + "b" * 900)
    wordy = Decision(action=Back(), said="x", reason="a" * 900)
    turns = [Turn(seen, long, "the screen changed"), Turn(picture(QWEN25_VL, 1), wordy)]
    text = QWEN25_VL.ask_action("x", turns, picture(QWEN25_VL, 2))[1].text
    assert "Step 1: Go back (the screen changed); " in text
    assert f"Step 2: {'a' * 197}...; " in text


@pytest.mark.parametrize("name", ["aguvis", "os-genesis"])
def test_words_after_the_picture_tell_the_last_steps_only(name: str) -> None:
    dialect = dialect_named(name)
    user = next(message for message in asked(dialect, 50) if message.role == "user")
    assert isinstance(user.parts[0], Picture)
    assert re.findall(r"thought (\d+)", user.text) == [str(step) for step in range(38, 50)]
    assert name != "aguvis" or "Step 39: thought 38\n" in user.text


def test_steps_are_told_although_their_pixels_were_let_go() -> None:
    turns = past(QWEN3_VL, 9)
    kept = [
        turn if step > 4 else replace(turn, picture=turn.picture.without_pixels()) for step, turn in enumerate(turns)
    ]
    now = picture(QWEN3_VL, 99)
    assert list(map(told, QWEN3_VL.ask_action("x", kept, now))) == list(map(told, QWEN3_VL.ask_action("x", turns, now)))
    with pytest.raises(ValueError, match="were let go"):
        _ = kept[0].picture.pixels


def test_an_edited_action_is_retold_in_the_familys_own_words() -> None:
    at = Point(x=451, y=553)
    seen = picture(UI_TARS_10)
    edited = Turn(seen, Decision(action=Click(at=at), said="Action: wait()"), result="done", edited=True)
    conversation = UI_TARS_10.ask_action("x", [edited], picture(UI_TARS_10, 9))
    assert conversation[1].text.startswith("Action: click(start_box=")
    assert conversation[2].text == "done\n"
    unsayable = Turn(seen, Decision(action=Paste(text="p"), said="Action: wait()"), edited=True)
    assert '"kind":"paste"' in UI_TARS_10.ask_action("x", [unsayable], picture(UI_TARS_10, 9))[1].text


def test_several_actions_of_one_answer_are_one_turn() -> None:
    seen = picture(QWEN3_VL)
    turns = [Turn(seen, Decision(action=Back(), said="both")), Turn(seen, Decision(action=Back(), said="both"), "ok")]
    conversation = QWEN3_VL.ask_action("x", turns, picture(QWEN3_VL, 9))
    assert [message.text for message in conversation].count("both") == 1


@pytest.mark.parametrize("name", ["qwen2.5-vl", "aguvis", "ui-tars-1.5"])
def test_a_complaint_reaches_the_model_with_the_picture(name: str) -> None:
    dialect = dialect_named(name)
    conversation = dialect.ask_action("x", past(dialect, 1), picture(dialect), complaint="the answer cannot be read")
    last = [message for message in conversation if message.role == "user"][-1]
    assert last.text.startswith("the answer cannot be read\n")
    assert shown((last,)) == [picture(dialect).id]


def test_os_genesis_is_told_the_elements_in_frame_pixels() -> None:
    element = Element(role="button", name="Get started", box=Box(left=0, top=2100, right=1079, bottom=2196))
    conversation = OS_GENESIS.ask_action("x", [], picture(OS_GENESIS), screen="phone", elements=[element])
    assert '"Get started": "(539.5, 2148.0)"' in conversation[0].text


@pytest.mark.parametrize(
    ("checkpoint", "architecture", "name"),
    [
        ("Qwen/Qwen2-VL-7B-Instruct", "Qwen2VLForConditionalGeneration", "qwen2-vl"),
        ("Qwen/Qwen2.5-VL-3B-Instruct", "", "qwen2.5-vl"),
        ("Qwen/Qwen3-VL-8B-Instruct", "", "qwen3-vl"),
        ("Qwen/Qwen-VL-Chat", "", "qwen-vl"),
        ("bytedance-research/UI-TARS-7B-SFT", "Qwen2VLForConditionalGeneration", "ui-tars-1.0"),
        ("ByteDance-Seed/UI-TARS-1.5-7B", "Qwen2_5_VLForConditionalGeneration", "ui-tars-1.5"),
        ("OS-Copilot/OS-Atlas-Base-7B", "", "os-atlas"),
        ("OS-Copilot/OS-Genesis-7B-AW", "", "os-genesis"),
        ("showlab/ShowUI-2B", "Qwen2VLForConditionalGeneration", "showui"),
        ("osunlp/UGround-V1-7B", "", "uground"),
        ("xlangai/Aguvis-7B-720P", "", "aguvis"),
        ("mPLUG/GUI-Owl-7B", "", "gui-owl-1"),
        ("mPLUG/GUI-Owl-1.5-8B-Instruct", "", "gui-owl-1.5"),
        ("Hcompany/Holo1.5-7B", "", "holo1.5"),
        ("microsoft/GUI-Actor-7B-Qwen2-VL", "", "gui-actor"),
        ("somewhere/my-model", "Qwen2VLForConditionalGeneration", "qwen2-vl"),
        ("somewhere/my-model", "qwen3_vl", "qwen3-vl"),
        ("UI-TARS-1.5", "", "ui-tars-1.5"),
    ],
)
def test_a_checkpoint_finds_its_dialect(checkpoint: str, architecture: str, name: str) -> None:
    assert dialect_for(checkpoint, architecture).name == name


def test_unknown_names_are_refused_with_what_was_meant() -> None:
    with pytest.raises(InputError, match=r"'qwen2vl': did you mean qwen2-vl"):
        dialect_named("qwen2vl")
    with pytest.raises(InputError, match=r"\?dialect="):
        dialect_for("gpt-4o", "GPT4ForEverything")
    assert dialect_named("Qwen2-VL") is QWEN2_VL
    assert QWEN_VL.ask_place("a", picture(QWEN_VL))[0].text == "<ref>a</ref><box>"
