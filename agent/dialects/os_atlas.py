"""OS-Atlas (from Qwen2-VL): boxes in tokens for grounding, lines of capitals for actions.

Sources: OS-Copilot/OS-Atlas README, the prompt in the paper's appendix (arXiv 2410.23218) and on the model's card.
"""

from sightline.agent.dialects.canvas import Unit
from sightline.agent.dialects.family import Family, asks
from sightline.agent.dialects.history import Request, Steps, numbered
from sightline.agent.dialects.meanings import (
    answering,
    clicking,
    finishing,
    just,
    launching,
    long_press,
    moving,
    pressing,
    resting,
    typing,
)
from sightline.agent.dialects.scrolls import scrolling_towards
from sightline.agent.dialects.syntax import Lines
from sightline.agent.dialects.words import PHONE, POINTER, Verb
from sightline.environments.actions import Back, Click, DoubleClick, Home, Infeasible, Press, Recents, TripleClick


def double_brackets(x: str, y: str) -> str:
    return f"<point>[[{x},{y}]]</point>"


def _presses(name: str, key: str) -> Verb:
    return Verb(name, just(Press(keys=(key,))))


_PLACE = "<point>[[x-axis, y-axis]]</point>"
_VERBS = (
    Verb("CLICK", clicking(Click, "point"), f"CLICK {_PLACE}: Click at the specified position.", ("TAP",)),
    Verb("TYPE", typing("0"), "TYPE [input text]: Enter specified text at the designated location."),
    Verb(
        "SCROLL",
        scrolling_towards("0", written=str.upper),
        "SCROLL [direction (UP/DOWN/LEFT/RIGHT)]: Scroll in the specified direction.",
    ),
    Verb("LONG_PRESS", long_press("point"), f"LONG_PRESS {_PLACE}: Long press at the specified position.", (), PHONE),
    Verb("OPEN_APP", launching("0"), "OPEN_APP [app_name]: Open the specified application."),
    Verb("PRESS_BACK", just(Back()), "PRESS_BACK: Press a back button to navigate to the previous screen.", ("BACK",)),
    Verb("PRESS_HOME", just(Home()), "PRESS_HOME: Press a home button to navigate to the home page.", ("HOME",)),
    Verb("PRESS_RECENT", just(Recents()), "PRESS_RECENT: View recent applications.", ("RECENT",), PHONE),
    Verb(
        "DOUBLECLICK",
        clicking(DoubleClick, "point"),
        f"DOUBLECLICK {_PLACE}: Double-click.",
        ("DOUBLE_CLICK",),
        POINTER,
    ),
    Verb(
        "RIGHTCLICK", clicking(Click, "point", "right"), f"RIGHTCLICK {_PLACE}: Right-click.", ("RIGHT_CLICK",), POINTER
    ),
    Verb("MOVETO", moving("point"), f"MOVETO {_PLACE}: Move the pointer.", ("MOVE_TO", "HOVER"), POINTER),
    Verb("ENTER", just(Press(keys=("enter",))), "ENTER: Press the enter button.", ("PRESS_ENTER",)),
    Verb("HOTKEY", pressing("0", "+".join), "HOTKEY [keys]: Press keys together, such as ctrl+c.", ("KEY",), POINTER),
    Verb("WAIT", resting(2.0), "WAIT: Wait for the screen to load."),
    Verb("COMPLETE", finishing("0"), "COMPLETE: Indicate the task is finished.", ("FINISH", "DONE")),
    Verb("IMPOSSIBLE", just(Infeasible()), "IMPOSSIBLE: Indicate the task cannot be done.", ("FAIL",)),
)
_UNDERSTOOD = (
    *(_presses(f"PRESS_{name}", key) for name, key in (
        ("TAB", "tab"), ("ESC", "escape"), ("SPACE", "space"), ("DOWN", "down"), ("UP", "up"), ("LEFT", "left"),
        ("RIGHT", "right"), ("PGDN", "pagedown"), ("PGUP", "pageup"), ("DELETE", "delete"),
        ("BACKSPACE", "backspace"),
    )),
    Verb("TRIPLECLICK", clicking(TripleClick, "point"), also=("TRIPLE_CLICK",)),
    Verb("ANSWER", answering("0")),
)  # fmt: skip

_INTRODUCTION = """You are a foundational action model capable of automating tasks across various digital \
environments, including desktop systems like Windows, macOS, and Linux, as well as mobile platforms such as Android \
and iOS. You also excel in web browser environments. You will interact with digital devices in a human-like manner: by \
reading screenshots, analyzing them, and taking appropriate actions.

You are now operating in Executable Language Grounding mode. Your goal is to help users accomplish tasks by suggesting \
executable actions that best fit their needs. Your skill set includes both basic and custom actions:
"""

_ENDING = """
In most cases, task instructions are high-level and abstract. Carefully read the instruction and action history, then \
perform reasoning to determine the most appropriate next action. Ensure you strictly generate two sections: Thoughts \
and Actions.
Thoughts: Clearly outline your reasoning process for current step.
Actions: Specify the actual actions you will take based on your reasoning.

Your current task instruction, action history, and associated screenshot are as follows:"""


def _user(request: Request) -> str:
    here = [verb for verb in _VERBS if request.screen in verb.screens]
    basic = "\n".join(f"Basic Action {number}: {verb.help}" for number, verb in enumerate(here[:3], 1))
    custom = "\n".join(f"Custom Action {number}: {verb.help}" for number, verb in enumerate(here[3:], 1))
    history = numbered(request, none="null")
    return (
        f"{_INTRODUCTION}\n1. Basic Actions\n{basic}\n\n2. Custom Actions\n{custom}\n{_ENDING}\n"
        f"Task instruction: {request.goal}\nHistory: {history}\nScreenshot: "
    )


OS_ATLAS = Family(
    name="os-atlas",
    base="Qwen2-VL",
    usual_unit=Unit.PER_1000,
    shape=double_brackets,
    place=double_brackets,
    ground=asks(
        'In this UI screenshot, what is the position of the element corresponding to the command "{}" (with bbox)?'
    ),
    expects="thoughts: ... actions: CLICK <point>[[x,y]]</point>",
    syntax=Lines("actions:\n"),
    verbs=_VERBS,
    understood=_UNDERSTOOD,
    asking=Steps(user=_user),
)
