"""A dialect made from what tells one family from another: its unit, its words, their shape, its prompts."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from sightline.agent.dialects.base import CannotSay, Screen, Spot, Turn, UnreadableAnswer
from sightline.agent.dialects.calls import Call, without_thinking
from sightline.agent.dialects.canvas import Budget, Canvas, Unit, fixed_point, official_size
from sightline.agent.dialects.history import Asking, Request, answers
from sightline.agent.dialects.literals import Value
from sightline.agent.dialects.messages import Conversation, Message, Picture
from sightline.agent.dialects.places import places_in, says_nothing_is_there
from sightline.agent.dialects.syntax import Syntax
from sightline.agent.dialects.words import ALL, Act, Args, Pen, Verb, find_verb, means_the_same
from sightline.environments.actions import Click, Drag, Infeasible, Move, points_of
from sightline.environments.base import Element
from sightline.environments.geometry import UNBOUND, Box, Point, Size
from sightline.tasks.records import Decision

CHECKPOINT = Budget(3136, 12_845_056)
"""The pixels a Qwen2-VL or Qwen2.5-VL checkpoint on the hub allows a picture: 4 to 16384 patches of 28 x 28."""

CHECKPOINT_3 = Budget(65_536, 16_777_216)
"""The same for Qwen3-VL."""

WINDOW = {28: Budget(802_816, 1_003_520), 32: Budget(1_048_576, 1_310_720)}
"""The pixels a picture is sent with, by factor: 1024 to 1280 tokens, inside of what every known server leaves alone."""

Shape = Callable[[str, str], Value]
Ground = Callable[[str, Picture], Conversation]


@dataclass(frozen=True)
class Family:
    """A `Dialect` from data.

    ``units`` overrides ``usual_unit`` for single kinds of screen. ``verbs`` are the family's own words, ``understood``
    those it is only read by. ``shape`` puts a point's two numbers into an argument, ``place`` writes a place that is
    no call. ``ground`` asks where something is, ``asking`` what to do next. ``expects`` tells the model, after an
    answer that could not be read, what to write.
    """

    name: str
    base: str
    usual_unit: Unit
    shape: Shape
    ground: Ground
    expects: str
    place: Callable[[str, str], str]
    factor: int = 28
    official: Budget = CHECKPOINT
    units: Mapping[Screen, Unit] = field(default_factory=dict[Screen, Unit])
    screens: tuple[Screen, ...] = ALL
    stop: tuple[str, ...] = ("<|im_end|>",)
    syntax: Syntax | None = None
    verbs: tuple[Verb, ...] = ()
    understood: tuple[Verb, ...] = ()
    asking: Asking | None = None

    @property
    def acts(self) -> bool:
        return self.asking is not None

    def unit(self, screen: Screen = "computer") -> Unit:
        return self.units.get(screen, self.usual_unit)

    def canvas(
        self,
        frame: Size,
        *,
        screen: Screen = "computer",
        crop: Box | None = None,
        factor: int | None = None,
        budget: Budget | None = None,
        frame_id: str = UNBOUND,
    ) -> Canvas:
        factor = factor or self.factor
        shown = Size(width=crop.width, height=crop.height) if crop else frame
        seen = fixed_point(shown, factor, budget or WINDOW.get(factor) or Budget(1024 * factor**2, 1280 * factor**2))
        return Canvas(frame, seen, self.unit(screen), crop, frame_id)

    def official_canvas(self, frame: Size, *, screen: Screen = "computer") -> Canvas:
        return Canvas(frame, official_size(frame, self.factor, self.official), self.unit(screen))

    def ask_place(self, phrase: str, picture: Picture) -> Conversation:
        return self.ground(phrase, picture)

    def read_places(self, text: str, canvas: Canvas) -> tuple[Spot, ...]:
        body, _ = without_thinking(_clean(text))
        places = places_in(body)
        if not places.found:
            if says_nothing_is_there(body) or self._gives_up(body, canvas):
                return ()
            raise self._unreadable("no place is named", body)
        if not places.sure:
            raise self._unreadable("several places are named and none is marked as the answer", body)
        return tuple(_spot(numbers.values, numbers.middle, numbers.label, canvas) for numbers in places.found)

    def _gives_up(self, body: str, canvas: Canvas) -> bool:
        decisions = self._decisions(body, canvas, "computer", None)
        return bool(decisions) and all(isinstance(decision.action, Infeasible) for decision in decisions)

    def ask_action(
        self,
        goal: str,
        past: Sequence[Turn],
        picture: Picture,
        *,
        screen: Screen = "computer",
        elements: Sequence[Element] = (),
        complaint: str = "",
    ) -> Conversation:
        if self.asking is None:
            raise CannotSay(f"{self.name} says where things are, not what to do next: expected a dialect that acts")
        conversation = self.asking(Request(self, goal, answers(past), picture, screen, elements))
        return _complained(conversation, complaint) if complaint else conversation

    def read(
        self, text: str, canvas: Canvas, *, screen: Screen = "computer", pointer: Point | None = None
    ) -> tuple[Decision, ...]:
        said = _clean(text)
        if decisions := self._decisions(said, canvas, screen, pointer):
            return decisions
        body, _ = without_thinking(said)
        if _LABEL.match(body.lstrip()) and places_in(body).in_prose:
            raise self._unreadable("a thought without an action", body)
        spots = self.read_places(said, canvas)
        if not spots:
            return (Decision(action=Infeasible(text=body.strip()), said=said),)
        return tuple(
            Decision(action=Click(at=spot.point), target=spot.label, said=said, flags=_flags(spot.clamped))
            for spot in spots
        )

    def _decisions(self, text: str, canvas: Canvas, screen: Screen, pointer: Point | None) -> tuple[Decision, ...]:
        """The decisions of the calls in an answer; none when there are no calls."""
        if self.syntax is None:
            return ()
        body, thought = without_thinking(text)
        known = (*self.verbs, *self.understood)
        try:
            start, calls = self.syntax.read(body, lambda name: find_verb(name, known, screen) is not None)
        except UnreadableAnswer as error:
            raise self._unreadable(str(error), "") from None
        reason = _reason(body[:start]) or thought
        decisions: list[Decision] = []
        for call in calls:
            verb = find_verb(call.name, known, screen)
            if verb is None:
                raise self._unreadable(f"{call.name!r} is no action that is known here", "")
            args = Args(call, canvas, pointer, reason)
            actions = self._actions(verb, args)
            begins = actions[0] if verb.after_move and not args.has_end else None
            if isinstance(begins, Drag) and decisions and decisions[-1].action == Move(at=begins.path[0]):
                decisions.pop()
            for action in actions:
                decisions.append(Decision(action=action, reason=reason, said=text, flags=_flags(args.clamped)))
                pointer = (points_of(action) or (pointer,))[-1]
        return tuple(decisions)

    def _actions(self, verb: Verb, args: Args) -> tuple[Act, ...]:
        try:
            read = verb.meaning.read(args)
        except UnreadableAnswer as error:
            raise self._unreadable(str(error), "") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise self._unreadable(f"{args.call.name}: {where} {first['msg'].lower()}", "") from None
        return read if isinstance(read, tuple) else (read,)

    def write(self, action: Act, canvas: Canvas, *, screen: Screen = "computer") -> str:
        pen = Pen(canvas, self.shape)
        for verb in self.verbs:
            if screen not in verb.screens or (fields := verb.meaning.write(action, pen)) is None:
                continue
            calls = [Call(verb.name, fields)]
            if verb.after_move and (move := self._call(Move(at=points_of(action)[0]), pen, screen)):
                calls.insert(0, move)
            text = self.syntax.write(calls, screen) if self.syntax else ""
            if self._says(text, action, canvas, screen):
                return text
        if self.syntax is None and isinstance(action, Click):
            text = self.place(*canvas.written(action.at))
            if self._says(text, action, canvas, screen):
                return text
        raise CannotSay(f"{self.name} has no words on a {screen} for {action.model_dump_json()}")

    def _call(self, action: Act, pen: Pen, screen: Screen) -> Call | None:
        for verb in self.verbs:
            if screen in verb.screens and (fields := verb.meaning.write(action, pen)) is not None:
                return Call(verb.name, fields)
        return None

    def _says(self, text: str, action: Act, canvas: Canvas, screen: Screen) -> bool:
        """Whether a text reads back as this action, its points within half a unit of the model."""
        try:
            decisions = self.read(text, canvas, screen=screen)
        except UnreadableAnswer:
            return False
        return len(decisions) == 1 and means_the_same(decisions[0].action, action, canvas)

    def _unreadable(self, why: str, body: str) -> UnreadableAnswer:
        shown = f" in {_one_line(body, 80)!r}" if body.strip() else ""
        return UnreadableAnswer(f"the answer cannot be read: {_one_line(why, 300)}{shown}; expected {self.expects}")


def _complained(conversation: Conversation, complaint: str) -> Conversation:
    """The conversation with a complaint put before what the user says last."""
    last = max(index for index, message in enumerate(conversation) if message.role == "user")
    parts = (f"{complaint}\n", *conversation[last].parts)
    return (*conversation[:last], Message("user", parts), *conversation[last + 1 :])


def _one_line(text: str, most: int) -> str:
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def _spot(values: tuple[float, ...], middle: tuple[float, float], label: str, canvas: Canvas) -> Spot:
    point, clamped = canvas.to_frame(*middle)
    if len(values) != 4:
        return Spot(point, None, label, clamped)
    box, boxed = canvas.box_to_frame(*values)
    return Spot(point, box, label, clamped or boxed)


def _flags(clamped: bool) -> tuple[str, ...]:
    return ("clamped",) if clamped else ()


def _clean(text: str) -> str:
    """The same text with halves of surrogate pairs replaced, which no file and no screen could take."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


_TAG = re.compile(r"<\|?/?(?:thinking|im_start|recipient)\|?>(?:all|os|assistant)?")
_LABEL = re.compile(r"(?:(?:Low-level )?thoughts?|Observation|Reflection)[ \t]*[:：]\s*", re.IGNORECASE)
_LAST_LABEL = re.compile(r"(?:```\w*|\bactions?[ \t]*[:：])\s*\Z", re.IGNORECASE)
_REASON_LIMIT = 4000


def _reason(prose: str) -> str:
    """What the model says before its first call, without the labels around it."""
    text = _TAG.sub("", prose[-_REASON_LIMIT:]).strip()
    text = _LAST_LABEL.sub("", text).strip()
    label = _LABEL.match(text)
    return text[label.end() :] if label else text


def asks(template: str, *, picture_first: bool = True, system: str = "", start: str = "") -> Ground:
    """A grounding prompt: a template with ``{}`` for the phrase, beside the picture."""

    def ground(phrase: str, picture: Picture) -> Conversation:
        words = template.replace("{}", phrase)
        user = Message("user", (picture, words) if picture_first else (words, picture))
        opening = (Message("assistant", (start,)),) if start else ()
        return (*((Message("system", (system,)),) if system else ()), user, *opening)

    return ground
