"""Everything that can be decided, as one discriminated union in frame pixels.

A `ScreenAction` changes a screen and is carried out by an environment; the other actions are for the loop itself.
As JSON: ``{"kind": "click", "at": [x, y], "button": "left", "modifiers": []}``.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from sightline.environments.geometry import Point
from sightline.environments.keys import key_name

Button = Literal["left", "middle", "right"]
Key = Annotated[str, AfterValidator(key_name)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Path = Annotated[tuple[Point, ...], Field(min_length=2)]


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Click(_Action):
    """Press and release a mouse button, or tap, at a point."""

    kind: Literal["click"] = "click"
    at: Point
    button: Button = "left"
    modifiers: tuple[Key, ...] = ()


class DoubleClick(_Action):
    kind: Literal["double_click"] = "double_click"
    at: Point
    button: Button = "left"
    modifiers: tuple[Key, ...] = ()


class TripleClick(_Action):
    kind: Literal["triple_click"] = "triple_click"
    at: Point
    button: Button = "left"
    modifiers: tuple[Key, ...] = ()


class LongPress(_Action):
    """Hold a finger, or the left button, at a point for some seconds."""

    kind: Literal["long_press"] = "long_press"
    at: Point
    seconds: Seconds = 0.8


class Move(_Action):
    """Move the pointer without pressing: hover."""

    kind: Literal["move"] = "move"
    at: Point


class Drag(_Action):
    """Press at the first point of a path, move along it, release at the last."""

    kind: Literal["drag"] = "drag"
    path: Path
    button: Button = "left"
    modifiers: tuple[Key, ...] = ()


class Swipe(_Action):
    """Move a finger along a path in some seconds; the content follows the finger."""

    kind: Literal["swipe"] = "swipe"
    path: Path
    seconds: Seconds = 0.3


class Pinch(_Action):
    """Two fingers around a point: ``factor`` above 1 spreads (zooms in), below 1 closes."""

    kind: Literal["pinch"] = "pinch"
    at: Point
    factor: Annotated[float, Field(gt=0, le=20)] = 2.0


class Scroll(_Action):
    """Turn the wheel: ``by`` is (dx, dy) in frame pixels, dy > 0 shows what lies below.

    Where the pointer is, when ``at`` is None.
    """

    kind: Literal["scroll"] = "scroll"
    at: Point | None = None
    by: tuple[int, int]


class Type(_Action):
    """Type text where the focus is; a newline is the Enter key, a tab the Tab key."""

    kind: Literal["type"] = "type"
    text: str


class Paste(_Action):
    """Put text where the focus is through the clipboard, whose former content is put back."""

    kind: Literal["paste"] = "paste"
    text: str


class Press(_Action):
    """Press keys together, in order, and release them in reverse: a key or a chord."""

    kind: Literal["press"] = "press"
    keys: Annotated[tuple[Key, ...], Field(min_length=1)]


class Hold(_Action):
    """Hold keys down for some seconds."""

    kind: Literal["hold"] = "hold"
    keys: Annotated[tuple[Key, ...], Field(min_length=1)]
    seconds: Seconds


class Open(_Action):
    """Go to a location: a URL."""

    kind: Literal["open"] = "open"
    location: str


class Launch(_Action):
    """Start an application: a program and its arguments, a package, or an app's visible name."""

    kind: Literal["launch"] = "launch"
    app: str


class Stop(_Action):
    """Close an application, window or tab; the one in front when ``app`` is empty."""

    kind: Literal["stop"] = "stop"
    app: str = ""


class Focus(_Action):
    """Bring a window, tab or application to the front, by (part of) its title."""

    kind: Literal["focus"] = "focus"
    window: str


class Back(_Action):
    kind: Literal["back"] = "back"


class Home(_Action):
    kind: Literal["home"] = "home"


class Recents(_Action):
    kind: Literal["recents"] = "recents"


class Wait(_Action):
    kind: Literal["wait"] = "wait"
    seconds: Seconds


class Upload(_Action):
    """Answer an open file chooser with files."""

    kind: Literal["upload"] = "upload"
    paths: Annotated[tuple[str, ...], Field(min_length=1)]


class Push(_Action):
    """Copy a file of this computer to a phone."""

    kind: Literal["push"] = "push"
    path: str
    to: str


class Pull(_Action):
    """Copy a file of a phone to this computer, over one of the same name."""

    kind: Literal["pull"] = "pull"
    path: str
    to: str


class Dialog(_Action):
    """Answer the dialog that is open: accept or dismiss it, with text for a prompt."""

    kind: Literal["dialog"] = "dialog"
    accept: bool
    text: str = ""


class CallTool(_Action):
    """Call a tool of the loop by name."""

    kind: Literal["call_tool"] = "call_tool"
    name: str
    arguments: dict[str, JsonValue] = {}


class Note(_Action):
    """Say something about what is seen or was checked; nothing on the screen changes."""

    kind: Literal["note"] = "note"
    text: str


class Remember(_Action):
    """Keep a value that was read from the screen under a name."""

    kind: Literal["remember"] = "remember"
    name: str
    value: str


class Ask(_Action):
    """Ask the person who supervises."""

    kind: Literal["ask"] = "ask"
    question: str


class Answer(_Action):
    """End with an answer to the question that was the goal."""

    kind: Literal["answer"] = "answer"
    text: str


class Done(_Action):
    """End: what was wanted is reached."""

    kind: Literal["done"] = "done"
    text: str = ""


class Infeasible(_Action):
    """End: what was wanted cannot be reached, and why."""

    kind: Literal["infeasible"] = "infeasible"
    text: str = ""


ScreenAction = (
    Click | DoubleClick | TripleClick | LongPress | Move | Drag | Swipe | Pinch | Scroll | Type | Paste | Press | Hold
    | Open | Launch | Stop | Focus | Back | Home | Recents | Wait | Upload | Push | Pull
    | Dialog
)  # fmt: skip
LoopAction = CallTool | Note | Remember | Ask | Answer | Done | Infeasible
Action = Annotated[ScreenAction | LoopAction, Field(discriminator="kind")]

A = TypeVar("A", bound=ScreenAction | LoopAction)

_ACTION: TypeAdapter[Any] = TypeAdapter(Action)


def action_from_json(data: JsonValue | str | bytes) -> ScreenAction | LoopAction:
    """Read one action from JSON text or JSON data; raises pydantic's ValidationError when it is none."""
    if isinstance(data, str | bytes):
        return _ACTION.validate_json(data)
    return _ACTION.validate_python(data)


def points_of(action: ScreenAction | LoopAction) -> tuple[Point, ...]:
    """The points an action touches, first to last; empty when it has none."""
    match action:
        case Click() | DoubleClick() | TripleClick() | LongPress() | Move() | Pinch():
            return (action.at,)
        case Drag() | Swipe():
            return action.path
        case Scroll():
            return () if action.at is None else (action.at,)
        case _:
            return ()


def map_points(action: A, change: Callable[[Point], Point]) -> A:
    """The same action with each of its points changed."""
    match action:
        case Drag() | Swipe():
            return action.model_copy(update={"path": tuple(change(point) for point in action.path)})
        case _:
            points = points_of(action)
            return action.model_copy(update={"at": change(points[0])}) if points else action


def bind(action: A, frame: str) -> A:
    """The same action with its points named as belonging to `frame`."""
    return map_points(action, lambda point: point.on(frame))
