"""Aguvis (from Qwen2-VL): calls of pyautogui and of a phone, places from 0 to 1. GUI-Actor's text is the same.

Sources: xlang-ai/aguvis ``src/aguvis/constants.py`` and ``serve/cli.py``; the values of its data as quoted in the blog
of Smol2Operator, whose converter reads a positive ``page`` as down and right; microsoft/GUI-Actor
``src/gui_actor/constants.py``.
"""

import json
from collections.abc import Callable

from sightline.agent.dialects.canvas import Unit
from sightline.agent.dialects.computer_use import numbers
from sightline.agent.dialects.family import Family, asks
from sightline.agent.dialects.history import Request, Steps, numbered
from sightline.agent.dialects.meanings import (
    along,
    answering,
    apart,
    choosing,
    clicking,
    dragging_on,
    ending,
    just,
    launching,
    long_press,
    moving,
    pressing,
    typing,
    waiting,
)
from sightline.agent.dialects.scrolls import scrolling_pages
from sightline.agent.dialects.syntax import PythonCalls
from sightline.agent.dialects.words import PHONE, POINTER, Act, Meaning, Verb
from sightline.environments.actions import (
    Back,
    Click,
    DoubleClick,
    Drag,
    Home,
    Press,
    Recents,
    Swipe,
    TripleClick,
)


def _when(meaning: Meaning, fits: Callable[[Act], bool]) -> Meaning:
    """The same meaning, written only for the actions that fit."""
    return Meaning(
        meaning.read, lambda action, pen: meaning.write(action, pen) if fits(action) else None, meaning.fields
    )


def _is_one_key(action: Act) -> bool:
    return isinstance(action, Press) and len(action.keys) == 1


_KEYS = pressing("keys", lambda keys: list(keys))
_DRAG = Meaning(dragging_on("x").read, along(Drag, "from_coord", "to_coord").write, ("from_coord", "to_coord"))

_VERBS = (
    Verb("pyautogui.click", apart(clicking(Click, "point")), "", ("click", "left_click", "tap", "pyautogui.leftClick")),
    Verb("pyautogui.doubleClick", apart(clicking(DoubleClick, "point")), "", ("doubleClick", "double_click"), POINTER),
    Verb("pyautogui.tripleClick", apart(clicking(TripleClick, "point")), "", ("tripleClick", "triple_click"), POINTER),
    Verb("pyautogui.rightClick", apart(clicking(Click, "point", "right")), "", ("rightClick", "right_click"), POINTER),
    Verb("pyautogui.middleClick", apart(clicking(Click, "point", "middle")), "", ("middleClick",), POINTER),
    Verb("pyautogui.moveTo", apart(moving("point")), "", ("moveTo", "move_mouse", "pyautogui.move"), POINTER),
    Verb("pyautogui.dragTo", _DRAG, "", ("dragTo", "drag", "pyautogui.drag"), POINTER),
    Verb("pyautogui.press", _when(_KEYS, _is_one_key), "", ("pyautogui.keyDown", "press")),
    Verb("pyautogui.hotkey", _KEYS, "", ("hotkey",), POINTER),
    Verb("pyautogui.write", typing("message"), "", ("pyautogui.typewrite", "write", "type", "typewrite")),
    Verb("pyautogui.scroll", scrolling_pages("page"), "", ("scroll", "pyautogui.vscroll")),
    Verb("pyautogui.hscroll", scrolling_pages("page", across=True), "", ("hscroll",)),
    Verb("mobile.swipe", along(Swipe, "from_coord", "to_coord"), "Swipe on the screen", ("swipe",), PHONE),
    Verb("mobile.home", just(Home()), "Press the home button", ("navigate_home", "home"), PHONE),
    Verb("mobile.back", just(Back()), "Press the back button", ("navigate_back", "back"), PHONE),
    Verb("mobile.recents", just(Recents()), "", ("recents",), PHONE),
    Verb("mobile.wait", waiting("seconds", 2), "wait for the change to happen", ("wait", "time.sleep")),
    Verb("mobile.long_press", apart(long_press("point")), "Long press on the screen", ("long_press",), PHONE),
    Verb("mobile.open_app", launching("app_name"), "Open an app on the device", ("open_app",), PHONE),
    Verb(
        "browser.select_option",
        choosing("x", "y", "value"),
        "Select an option from a dropdown menu",
        ("select_option",),
        POINTER,
    ),
    Verb("answer", answering("text"), "Answer the question"),
    Verb(
        "mobile.terminate",
        ending("status", "success", "failure"),
        "Terminate the task and report its completion status",
        ("terminate", "computer.terminate", "browser.terminate", "final_answer"),
    ),
)

_TYPES = {"x": "number", "y": "number", "seconds": "number", "from_coord": "array", "to_coord": "array"}


def _schema(verb: Verb) -> str:
    """One function the model may call beside pyautogui's."""
    properties = {
        name: {"type": "array", "items": {"type": "number"}} if kind == "array" else {"type": kind}
        for name in verb.meaning.fields
        if (kind := _TYPES.get(name, "string")) and name != "time"
    }
    about: dict[str, object] = {"name": verb.name, "description": verb.help}
    if properties:
        about["parameters"] = {"type": "object", "properties": properties, "required": list(properties)}
    return json.dumps(about)


_GROUNDING = (
    "You are a GUI agent. You are given a task and a screenshot of the screen. You need to perform a series of "
    "pyautogui actions to complete the task."
)


def _system(request: Request) -> str:
    functions = "\n".join(f"- {_schema(verb)}" for verb in _VERBS if verb.help and request.screen in verb.screens)
    return f"{_GROUNDING}\n\nYou have access to the following functions:\n{functions}\n"


def _user(request: Request) -> str:
    return (
        "Please generate the next move according to the ui screenshot, instruction and previous actions.\n\n"
        f"Instruction: {request.goal}\n\nPrevious actions:\n{numbered(request)}\n"
    )


AGUVIS = Family(
    name="aguvis",
    base="Qwen2-VL",
    usual_unit=Unit.ONE,
    shape=numbers,
    place=lambda x, y: f"pyautogui.click(x={x}, y={y})",
    ground=asks(
        "Please generate the next move according to the ui screenshot, instruction and previous actions.\n\n"
        "Instruction: {}\n\nPrevious actions:\nNone\n",
        system=_GROUNDING,
        start="<|recipient|>os\n",
    ),
    expects="pyautogui.click(x=0.1234, y=0.5678) or another call",
    stop=("<|diff_marker|>", "<|im_end|>"),
    syntax=PythonCalls(),
    verbs=_VERBS,
    asking=Steps(user=_user, system=_system, picture_first=True, start="<|recipient|>all\nThought: "),
)
