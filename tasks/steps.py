"""The steps of a script. Each is a mapping with one verb, and what that verb takes beside it.

    - click: second Delete link
    - type: Ada Lovelace
      into: Name field

A target is a phrase, which the grounder looks for, or a point ``[x, y]`` in pixels of the frame.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from sightline.environments.geometry import Point
from sightline.environments.keys import chord
from sightline.tasks.conditions import Expected, Phrase
from sightline.tools.written import Written, unknown_word


def _phrase_or_point(value: Any) -> Any:
    match value:
        case Point():
            return value
        case str() if value.strip():
            return value.strip()
        case [x, y] if str(x).isdecimal() and str(y).isdecimal():
            return Point(x=int(x), y=int(y))
        case _:
            raise PydanticCustomError(
                "target", "expected a phrase or a point [x, y], not {value}", {"value": repr(value)}
            )


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return chord(value)
    return value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Target = Annotated[Phrase | Point, BeforeValidator(_phrase_or_point, json_schema_input_type=Phrase | tuple[int, int])]
Words = Annotated[tuple[str, ...], BeforeValidator(_words, json_schema_input_type=str | tuple[str, ...])]
Keys = Annotated[Words, Field(min_length=1)]
Paths = Annotated[
    tuple[Phrase, ...],
    BeforeValidator(_one_or_many, json_schema_input_type=Phrase | tuple[Phrase, ...]),
    Field(min_length=1),
]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class ScriptStep(Written):
    """Base of all steps."""

    source: SkipJsonSchema[str] = ""


class ClickStep(ScriptStep):
    click: Target
    button: Literal["left", "middle", "right"] = "left"
    holding: Words = ()
    """Modifier keys held meanwhile: ctrl, shift, alt, meta."""


class DoubleClickStep(ScriptStep):
    double_click: Target


class RightClickStep(ScriptStep):
    right_click: Target


class HoverStep(ScriptStep):
    hover: Target


class LongPressStep(ScriptStep):
    long_press: Target


class DragStep(ScriptStep):
    drag: Target
    to: Target


class TypeStep(ScriptStep):
    type: str
    into: Target | None = None
    """The field to click first; without it the text goes where the focus is."""


class ClearStep(ScriptStep):
    clear: Target


class PressStep(ScriptStep):
    press: Keys
    """A key or chord such as Enter, ctrl+s."""


class ScrollStep(ScriptStep):
    scroll: Literal["down", "up", "left", "right"]
    to: Phrase | None = None
    """Scroll on until this phrase is visible."""
    at: Target | None = None
    """Where the pointer is meanwhile; the middle of the screen without it."""
    pages: Annotated[float, Field(gt=0, le=100)] = 0.8
    """How far one turn goes, in heights (or widths) of the screen."""


class SwipeStep(ScriptStep):
    swipe: Literal["down", "up", "left", "right"]
    """Where the finger moves."""
    at: Target | None = None
    pages: Annotated[float, Field(gt=0, le=1)] = 0.6


class SelectStep(ScriptStep):
    select: Phrase
    """The option's text."""
    from_: Annotated[Target, Field(alias="from")]
    """The drop-down field."""


class CheckStep(ScriptStep):
    check: Target


class UncheckStep(ScriptStep):
    uncheck: Target


class UploadStep(ScriptStep):
    upload: Paths
    """Files, relative to the task file."""
    to: Target
    """What is clicked to open the file chooser."""


class PushStep(ScriptStep):
    push: Phrase
    """A file, relative to the task file."""
    to: Phrase
    """Its path on the phone."""


class PullStep(ScriptStep):
    pull: Phrase
    """A file's path on the phone."""
    to: Phrase
    """Where it is put, relative to the task file; a file that is there is replaced."""


class OpenStep(ScriptStep):
    open: Phrase


class LaunchStep(ScriptStep):
    launch: Phrase


class BackStep(ScriptStep):
    back: None = None


class DialogStep(ScriptStep):
    dialog: Literal["accept", "dismiss"]
    text: str = ""
    """What to type into a prompt."""


class WaitForStep(ScriptStep):
    wait_for: Expected
    seconds: Annotated[float, Field(gt=0, le=3600)] | None = None
    """How long at most; ``limits.find`` without it."""


class ExpectStep(ScriptStep):
    expect: Expected


class ReadStep(ScriptStep):
    read: Phrase
    """What to read: a label beside the value, a field, a cell."""
    into: Name
    """The variable that keeps it."""


class IfStep(ScriptStep):
    if_: Annotated[Expected, Field(alias="if")]
    then: "Steps"
    else_: Annotated["Steps", Field(alias="else")] = ()


class UnlessStep(ScriptStep):
    unless: Expected
    then: "Steps"


class RepeatStep(ScriptStep):
    repeat: Annotated[int, Field(ge=1, le=10_000)]
    """How often, at most."""
    until: Expected | None = None
    """Stop as soon as this holds; looked at before each round."""
    steps: "Steps"


class ForEachStep(ScriptStep):
    for_each: Name
    """The variable that takes each value."""
    in_: Annotated[tuple[str, ...], Field(alias="in")]
    steps: "Steps"


class UseStep(ScriptStep):
    use: Phrase
    """Another task file, relative to this one; its steps are run here."""
    vars: dict[Name, str] = Field(default_factory=dict)
    steps: SkipJsonSchema["Steps"] = ()


class NoteStep(ScriptStep):
    note: str


_STEPS: dict[str, type[ScriptStep]] = {
    "click": ClickStep, "double_click": DoubleClickStep, "right_click": RightClickStep, "hover": HoverStep,
    "long_press": LongPressStep, "drag": DragStep, "type": TypeStep, "clear": ClearStep, "press": PressStep,
    "scroll": ScrollStep, "swipe": SwipeStep, "select": SelectStep, "check": CheckStep, "uncheck": UncheckStep,
    "upload": UploadStep, "push": PushStep, "pull": PullStep, "open": OpenStep, "launch": LaunchStep,
    "back": BackStep, "dialog": DialogStep, "wait_for": WaitForStep, "expect": ExpectStep, "read": ReadStep,
    "if": IfStep, "unless": UnlessStep, "repeat": RepeatStep, "for_each": ForEachStep, "use": UseStep,
    "note": NoteStep,
}  # fmt: skip


def _verb(data: Any) -> str:
    if isinstance(data, ScriptStep):
        return next(verb for verb, kind in _STEPS.items() if isinstance(data, kind))
    return next((verb for verb in _STEPS if verb in data), "")


def _one_verb(data: Any) -> Any:
    if isinstance(data, ScriptStep):
        return data
    if isinstance(data, str):
        data = {data: None}
    if not isinstance(data, dict):
        raise PydanticCustomError(
            "step", "expected a step such as 'click: OK button', not {data}", {"data": repr(data)}
        )
    keys = [str(key) for key in data if key != "source"]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not keys:
        raise PydanticCustomError("step", "an empty step; expected one such as 'click: OK button'")
    if not _verb(data):
        raise unknown_word("step", keys[0], list(_STEPS))
    return data  # pyright: ignore[reportUnknownVariableType]


_Step = Annotated[
    Annotated[ClickStep, Tag("click")] | Annotated[DoubleClickStep, Tag("double_click")]
    | Annotated[RightClickStep, Tag("right_click")] | Annotated[HoverStep, Tag("hover")]
    | Annotated[LongPressStep, Tag("long_press")] | Annotated[DragStep, Tag("drag")]
    | Annotated[TypeStep, Tag("type")] | Annotated[ClearStep, Tag("clear")] | Annotated[PressStep, Tag("press")]
    | Annotated[ScrollStep, Tag("scroll")] | Annotated[SwipeStep, Tag("swipe")] | Annotated[SelectStep, Tag("select")]
    | Annotated[CheckStep, Tag("check")] | Annotated[UncheckStep, Tag("uncheck")] | Annotated[UploadStep, Tag("upload")]
    | Annotated[PushStep, Tag("push")] | Annotated[PullStep, Tag("pull")]
    | Annotated[OpenStep, Tag("open")] | Annotated[LaunchStep, Tag("launch")] | Annotated[BackStep, Tag("back")]
    | Annotated[DialogStep, Tag("dialog")] | Annotated[WaitForStep, Tag("wait_for")]
    | Annotated[ExpectStep, Tag("expect")] | Annotated[ReadStep, Tag("read")] | Annotated[IfStep, Tag("if")]
    | Annotated[UnlessStep, Tag("unless")] | Annotated[RepeatStep, Tag("repeat")]
    | Annotated[ForEachStep, Tag("for_each")] | Annotated[UseStep, Tag("use")] | Annotated[NoteStep, Tag("note")],
    Discriminator(_verb),
]  # fmt: skip
AnyStep = Annotated[_Step, BeforeValidator(_one_verb, json_schema_input_type=Literal["back"] | _Step)]
Steps = tuple[AnyStep, ...]

for _step in (IfStep, UnlessStep, RepeatStep, ForEachStep, UseStep):
    _step.model_rebuild()
