"""UI-TARS 1.0 (from Qwen2-VL) and 1.5 (from Qwen2.5-VL): calls like Python's after ``Action:``.

Sources: bytedance/UI-TARS ``README_v1.md`` and ``codes/ui_tars/prompt.py`` (COMPUTER_USE_DOUBAO, MOBILE_USE_DOUBAO,
GROUNDING_DOUBAO), ``codes/ui_tars/action_parser.py``; the prompts are what the models were trained on.
"""

from collections.abc import Callable

from sightline.agent.dialects.base import Screen
from sightline.agent.dialects.canvas import Budget, Unit
from sightline.agent.dialects.family import Family, asks
from sightline.agent.dialects.history import Request, Turns, Words
from sightline.agent.dialects.meanings import (
    along,
    answering,
    asking,
    clicking,
    finishing,
    just,
    launching,
    long_press,
    moving,
    opening,
    pressing,
    resting,
    typing,
)
from sightline.agent.dialects.scrolls import scrolling_towards
from sightline.agent.dialects.syntax import PythonCalls
from sightline.agent.dialects.words import PHONE, POINTER, Verb
from sightline.environments.actions import Back, Click, DoubleClick, Drag, Home, Press, Recents, Swipe, TripleClick

PAUSE = 5.0
"""Seconds that `wait()` means, as the prompt tells the model."""

_CONTENT = (
    "# Use escape characters \\', \\\", and \\n in content part to ensure we can parse the content in normal python "
    "string format."
)
_SUBMIT = " If you want to submit your input, use \\n at the end of content."
_KEYS = "# Split keys with a space and use lowercase. Also, do not use more than 3 keys in one hotkey action."
_WAIT = "# Sleep for 5s and take a screenshot to check for any changes."
_USER = "# Submit the task and call the user when the task is unsolvable, or when you need the user's help."
_WAYS = "direction='down or up or right or left'"


def box_tokens(x: str, y: str) -> str:
    return f"<|box_start|>({x},{y})<|box_end|>"


def point_tag(x: str, y: str) -> str:
    return f"<point>{x} {y}</point>"


def _spaced(keys: tuple[str, ...]) -> str:
    return " ".join({"+": "plus"}.get(key, key) for key in keys)


def _pointer_verbs(start: str, first: str, second: str, from_: str, to: str) -> tuple[Verb, ...]:
    """The words for mouse and keyboard; ``first`` and ``second`` are example places for the prompt."""
    one = f"({start}='{first}')"
    return (
        Verb("click", clicking(Click, start), f"click{one}", ("left_single", "left_click", "tap")),
        Verb("left_double", clicking(DoubleClick, start), f"left_double{one}", ("double_click",), POINTER),
        Verb("right_single", clicking(Click, start, "right"), f"right_single{one}", ("right_click",), POINTER),
        Verb("drag", along(Drag, from_, to), f"drag({from_}='{first}', {to}='{second}')", ("left_drag",)),
        Verb("hotkey", pressing("key", _spaced), f"hotkey(key='ctrl c') {_KEYS}", ("press", "keydown"), POINTER),
        Verb("type", typing("content"), f"type(content='xxx') {_CONTENT}{_SUBMIT}"),
    )


_SCROLL_HELP = " # Show more information on the `direction` side."
_ONE = box_tokens("x1", "y1")
_THREE = box_tokens("x3", "y3")
_TARS1 = (
    *_pointer_verbs("start_box", _ONE, _THREE, "start_box", "end_box"),
    Verb("scroll", scrolling_towards("direction", "start_box"), f"scroll(start_box='{_ONE}', {_WAYS})", (), POINTER),
    Verb("long_press", long_press("start_box"), f"long_press(start_box='{_ONE}', time='')", (), PHONE),
    Verb(
        "scroll",
        along(Swipe, "start_box", "end_box"),
        f"scroll(start_box='{_ONE}', end_box='{_THREE}')",
        ("swipe",),
        PHONE,
    ),
    Verb("press_home", just(Home()), "press_home()", screens=PHONE),
    Verb("press_back", just(Back()), "press_back()", screens=PHONE),
    Verb("wait", resting(PAUSE), f"wait() {_WAIT}"),
    Verb("finished", finishing("content"), f"finished(content='xxx') {_CONTENT}"),
    Verb("call_user", asking("content"), f"call_user() {_USER}"),
)

_POINT = point_tag("x1", "y1")
_TARS15 = (
    *_pointer_verbs("point", _POINT, point_tag("x2", "y2"), "start_point", "end_point"),
    Verb("long_press", long_press("point"), f"long_press(point='{_POINT}')", (), PHONE),
    Verb("scroll", scrolling_towards("direction", "point"), f"scroll(point='{_POINT}', {_WAYS}){_SCROLL_HELP}"),
    Verb("open_app", launching("app_name"), "open_app(app_name='')", (), PHONE),
    Verb("press_home", just(Home()), "press_home()", screens=PHONE),
    Verb("press_back", just(Back()), "press_back()", screens=PHONE),
    Verb("wait", resting(PAUSE), f"wait() {_WAIT}"),
    Verb("finished", finishing("content"), f"finished(content='xxx') {_CONTENT}"),
)
# On a phone the models are told the plain words only, in this order.
_PHONE_15 = ("click", "long_press", "type", "scroll", "open_app", "drag", "press_home", "press_back", "finished")
_PHONE_10 = ("click", "long_press", "type", "scroll", "press_home", "press_back", "finished")

UNDERSTOOD = (
    Verb("select", clicking(Click, "start_box")),
    Verb("hover", moving("start_box"), also=("move", "mouse_move", "move_to")),
    Verb("middle_single", clicking(Click, "start_box", "middle"), also=("middle_click",)),
    Verb("left_triple", clicking(TripleClick, "start_box"), also=("triple_click",)),
    Verb("long_press", long_press("start_box")),
    Verb("swipe", along(Swipe, "start_box", "end_box")),
    Verb("open_app", launching("app_name"), also=("open",)),
    Verb("navigate", opening("url"), also=("open_url", "goto")),
    Verb("navigate_back", just(Back()), also=("navback", "go_back", "back")),
    Verb("press_recent", just(Recents()), also=("recent", "recents")),
    Verb("press_enter", just(Press(keys=("enter",))), also=("enter",)),
    Verb("call_user", asking("content")),
    Verb("answer", answering("content")),
)

_INTRODUCTION = (
    "You are a GUI agent. You are given a task and your action history, with screenshots. You need to perform the next "
    "action to complete the task."
)


def _agent_prompt(verbs: tuple[Verb, ...], on_phone: tuple[str, ...]) -> Words:
    def user(request: Request) -> str:
        return "\n".join((
            f"{_INTRODUCTION}\n\n## Output Format\n```\nThought: ...\nAction: ...\n```\n\n## Action Space\n",
            *(verb.help for verb in verbs if _is_told(verb, request.screen, on_phone)),
            "\n## Note\n- Use English in `Thought` part.",
            "- Write a small plan and finally summarize your next action (with its target element) in one sentence in "
            "`Thought` part.\n",
            f"## User Instruction\n{request.goal}\n",
        ))  # fmt: skip

    return user


def _is_told(verb: Verb, screen: Screen, on_phone: tuple[str, ...]) -> bool:
    return screen in verb.screens and (screen != "phone" or verb.name in on_phone)


def _tars(
    name: str,
    base: str,
    unit: Unit,
    verbs: tuple[Verb, ...],
    on_phone: tuple[str, ...],
    shape: Callable[[str, str], str],
    field: str,
    grounding: str,
    least: int,
) -> Family:
    example = shape("x", "y")
    return Family(
        name=name,
        base=base,
        usual_unit=unit,
        official=Budget(least, 12_845_056),
        shape=shape,
        place=shape,
        ground=asks(grounding, picture_first=least == 3136),
        expects=f"Thought: ... Action: click({field}='{example}')",
        syntax=PythonCalls("Action: "),
        verbs=verbs,
        understood=UNDERSTOOD,
        asking=Turns(user=_agent_prompt(verbs, on_phone), most=5, older="omit"),
    )


UI_TARS_10 = _tars(
    "ui-tars-1.0",
    "Qwen2-VL",
    Unit.PER_1000,
    _TARS1,
    _PHONE_10,
    box_tokens,
    "start_box",
    "Output only the coordinate of one point in your response. What element matches the following task: {}",
    3136,
)

UI_TARS_15 = _tars(
    "ui-tars-1.5",
    "Qwen2.5-VL",
    Unit.SEEN,
    _TARS15,
    _PHONE_15,
    point_tag,
    "point",
    f"{_INTRODUCTION}\n\n## Output Format\n\nAction: ...\n\n\n## Action Space\n"
    f"click(point='{_POINT}')\n\n## User Instruction\n{{}}",
    78_400,
)
