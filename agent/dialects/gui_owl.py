"""GUI-Owl, first (from Qwen2.5-VL) and 1.5 (from Qwen3-VL): Qwen's tools with words of their own.

Source: X-PLUG/MobileAgent ``Mobile-Agent-v3`` and ``Mobile-Agent-v3.5/{mobile_use,computer_use}/utils.py``,
``Mobile-Agent-v3.5/grounding_and_kb/eval_grounding_benchmarks.py``.
"""

from sightline.agent.dialects.calls import Fields
from sightline.agent.dialects.canvas import Unit
from sightline.agent.dialects.computer_use import (
    ANSWER,
    DRAG,
    HSCROLL,
    INTERACT,
    KEY,
    KEY_EVENT,
    LEFT_DRAG,
    MOBILE,
    MOVE,
    OPEN,
    PHONE_ANSWER,
    SCROLL,
    TERMINATE,
    TRIPLE,
    TYPE,
    UNDERSTOOD,
    WAIT,
    brackets,
    clicks,
    numbers,
)
from sightline.agent.dialects.family import CHECKPOINT_3, Family, asks
from sightline.agent.dialects.history import Steps, Turns
from sightline.agent.dialects.meanings import clicking
from sightline.agent.dialects.qwen import EXPECTS, next_move
from sightline.agent.dialects.scrolls import scrolling
from sightline.agent.dialects.syntax import ToolCalls
from sightline.agent.dialects.tool_prompt import offers, tool_schema, tools_prompt
from sightline.agent.dialects.words import NOTCH, POINTER, Act, Args, Meaning, Pen, Verb
from sightline.environments.actions import Click, Press, Type


def _typing_over() -> Meaning:
    """Typing with two switches: ``clear`` empties the field first, ``enter`` presses Enter at the end."""

    def read(args: Args) -> Act | tuple[Act, ...]:
        text = args.text("text") + ("\n" if _is_on(args, "enter") else "")
        if not _is_on(args, "clear"):
            return Type(text=text)
        emptied = (Press(keys=("ctrl", "a")), Press(keys=("delete",)))
        return (*emptied, Type(text=text)) if text else emptied

    def write(action: Act, _pen: Pen) -> Fields | None:
        return {"text": action.text} if isinstance(action, Type) else None

    return Meaning(read, write, ("text", "clear", "enter"))


def _is_on(args: Args, name: str) -> bool:
    return str(args.given(name)).casefold() in ("1", "1.0", "true", "yes")


_CLICK, *_OTHER_CLICKS = clicks()
_OWL1 = (
    KEY,
    Verb(
        "type", _typing_over(), f"{TYPE.help} `clear` (0 or 1) empties the field first, `enter` submits.", (), POINTER
    ),
    MOVE,
    Verb("click", clicking(Click, "coordinate"), _CLICK.help, ("left_click", "tap"), POINTER),
    DRAG,
    *_OTHER_CLICKS,
    Verb(
        "scroll",
        scrolling("pixels", "coordinate", each=NOTCH),
        "Performs a scroll of the mouse scroll wheel, -5 to 5 steps.",
        screens=POINTER,
    ),
    *MOBILE,
    KEY_EVENT,
    OPEN,
    WAIT,
    TERMINATE,
)

_THINKING = """

Before the call, write what you see and why you act between <thinking> and </thinking>; after it, sum up in one \
sentence what was done between <conclusion> and </conclusion>."""

GUI_OWL_1 = Family(
    name="gui-owl-1",
    base="Qwen2.5-VL",
    usual_unit=Unit.SEEN,
    shape=numbers,
    place=brackets,
    ground=asks("Locate {}, output its bbox coordinates using JSON format."),
    expects=EXPECTS,
    syntax=ToolCalls(),
    verbs=_OWL1,
    understood=UNDERSTOOD,
    asking=Steps(user=next_move, system=offers(_OWL1, after=_THINKING)),
)

_OWL15 = (
    KEY, TYPE, MOVE, *clicks(), LEFT_DRAG, TRIPLE, SCROLL, HSCROLL, *MOBILE, OPEN, KEY_EVENT, WAIT, TERMINATE, ANSWER,
    PHONE_ANSWER, INTERACT,
)  # fmt: skip

_GROUNDING = tools_prompt(tool_schema((MOVE, _CLICK, TERMINATE), "computer", "1000x1000"))

_FORMAT = """

# Response format

Response format for every step:
1) Action: a short imperative describing what to do in the UI.
2) A single <tool_call>...</tool_call> block containing only the JSON: \
{"name": <function-name>, "arguments": <args-json-object>}.

Rules:
- Output exactly in the order: Action, <tool_call>.
- Be brief: one for Action.
- Do not output anything else outside those two parts.
- If finishing, use action=terminate in the tool call."""

GUI_OWL_15 = Family(
    name="gui-owl-1.5",
    base="Qwen3-VL",
    usual_unit=Unit.PER_1000,
    factor=32,
    official=CHECKPOINT_3,
    shape=numbers,
    place=brackets,
    ground=asks("{}", system=_GROUNDING),
    expects=EXPECTS,
    syntax=ToolCalls(),
    verbs=_OWL15,
    understood=UNDERSTOOD,
    asking=Turns(user=next_move, system=offers(_OWL15, "", _FORMAT), most=6, older="tell"),
)
