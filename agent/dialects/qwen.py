"""Qwen-VL, Qwen2-VL, Qwen2.5-VL and Qwen3-VL: the models all others were trained from.

Sources: QwenLM/Qwen-VL README; ScreenSpot-Pro ``models/qwen2vl.py``; QwenLM/Qwen3-VL cookbooks ``mobile_agent``,
``computer_use`` and 2d grounding.
"""

from dataclasses import replace

from sightline.agent.dialects.canvas import Unit
from sightline.agent.dialects.computer_use import QWEN3, QWEN25, UNDERSTOOD, brackets, numbers
from sightline.agent.dialects.family import CHECKPOINT_3, Family, asks
from sightline.agent.dialects.history import Request, Steps, Turns, numbered
from sightline.agent.dialects.syntax import ToolCalls
from sightline.agent.dialects.tool_prompt import offers


def task_progress(request: Request) -> str:
    done = "".join(f"Step {number}: {step}; " for number, step in enumerate(request.steps, 1))
    return (
        f"The user query: {request.goal}\n"
        f"Task progress (You have done the following operation on the current device): {done}"
    )


def next_move(request: Request) -> str:
    return (
        "Please generate the next move according to the UI screenshot, instruction and previous actions.\n\n"
        f"Instruction: {request.goal}\n\nPrevious actions:\n{numbered(request)}"
    )


FORMAT = """

# Response format

Response format for every step:
1) Thought: one concise sentence explaining the next move (no multi-step reasoning).
2) Action: a short imperative describing what to do in the UI.
3) A single <tool_call>...</tool_call> block containing only the JSON: \
{"name": <function-name>, "arguments": <args-json-object>}.

Rules:
- Output exactly in the order: Thought, Action, <tool_call>.
- Be brief: one sentence for Thought, one for Action.
- Do not output anything else outside those three parts.
- If finishing, use action=terminate in the tool call."""

EXPECTS = '<tool_call>{"name": ..., "arguments": {"action": ...}}</tool_call>'


def _box_tokens(x: str, y: str) -> str:
    return f"<|box_start|>({x},{y}),({x},{y})<|box_end|>"


QWEN_VL = Family(
    name="qwen-vl",
    base="Qwen-VL",
    usual_unit=Unit.PER_999,
    shape=numbers,
    place=lambda x, y: f"<box>({x},{y}),({x},{y})</box>",
    ground=asks("<ref>{}</ref><box>"),
    expects="<box>(x1,y1),(x2,y2)</box>",
)

QWEN25_VL = Family(
    name="qwen2.5-vl",
    base="Qwen2.5-VL",
    usual_unit=Unit.SEEN,
    shape=numbers,
    place=brackets,
    ground=asks("Locate {}, output its bbox coordinates using JSON format."),
    expects=f'[{{"bbox_2d": [x1, y1, x2, y2], "label": ...}}] or {EXPECTS}',
    syntax=ToolCalls(),
    verbs=QWEN25,
    understood=UNDERSTOOD,
    asking=Steps(user=task_progress, system=offers(QWEN25)),
)

QWEN2_VL = replace(
    QWEN25_VL,
    name="qwen2-vl",
    base="Qwen2-VL",
    usual_unit=Unit.PER_1000,
    place=_box_tokens,
    ground=asks('Output the bounding box in the image corresponding to the instruction "{}" with grounding.'),
    expects=f"<|box_start|>(x1,y1),(x2,y2)<|box_end|> or {EXPECTS}",
)
"""Its own publications name no tool for acting on a screen; it is given its successor's."""

QWEN3_VL = Family(
    name="qwen3-vl",
    base="Qwen3-VL",
    usual_unit=Unit.PER_1000,
    units={"phone": Unit.PER_999},
    factor=32,
    official=CHECKPOINT_3,
    shape=numbers,
    place=brackets,
    ground=asks("Locate {}, output its bbox coordinates using JSON format."),
    expects=f'[{{"bbox_2d": [x1, y1, x2, y2], "label": ...}}] or {EXPECTS}',
    syntax=ToolCalls(),
    verbs=QWEN3,
    understood=UNDERSTOOD,
    asking=Turns(
        user=next_move,
        system=offers(QWEN3, "", FORMAT),
        most=6,
        older="tell",
        around=("<tool_response>\n", "\n</tool_response>"),
    ),
)
