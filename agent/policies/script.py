"""A script decides: each step of a task file becomes one action or a few, each grounded on the screen as it is then."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeVar

from rapidfuzz import fuzz

from sightline.agent.grounders.base import Grounder
from sightline.agent.grounders.reading import is_checked, value_of
from sightline.agent.policies.base import Policy
from sightline.agent.policies.conditions import Judgement, judge
from sightline.environments import actions as do
from sightline.environments.base import Observation
from sightline.environments.geometry import Box, Point
from sightline.tasks import steps as written
from sightline.tasks.records import Ambiguous, Decision, Found, NotFound, Step
from sightline.tasks.task import Task
from sightline.tasks.variables import fill
from sightline.tools.rect import Rect
from sightline.tools.sight import Sight

Look = TypeVar("Look")
Decisions = Generator[Decision, None, None]

_LOOK_AGAIN = (0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between looks for something that is not there yet; the last goes on."""
_STALE_TRIES = 5
_SCROLL_TRIES = 50
_READS_AS = 85.0
"""How alike (0 to 100) a text and its reading are."""
_WHEEL_BACK = {"down": (0, 1), "up": (0, -1), "right": (1, 0), "left": (-1, 0)}


class StepFailed(Exception):
    """A step of the script cannot be fulfilled; becomes the `Infeasible` that ends the run."""

    def __init__(self, why: str, grounding: Found | NotFound | Ambiguous | None = None) -> None:
        super().__init__(why)
        self.grounding = grounding


@dataclass(frozen=True)
class Spot:
    """Where an action goes: the point, and how it was found when a phrase named it."""

    point: Point
    target: str
    found: Found | None = None


class ScriptPolicy:
    """Follows the steps of a task, then its checks; `values` are the variables, and grow by what is read.

    A task with a goal has it pursued by `planner` between the two.
    """

    def __init__(
        self, task: Task, values: dict[str, str], grounder: Grounder, sight: Sight, planner: Policy | None = None
    ) -> None:
        self.task = task
        self.planner = planner
        self.values = dict(values)
        self.grounder = grounder
        self.sight = sight
        self._source = ""
        self._decisions = self._all()
        self._now: Observation
        self._past: Sequence[Step] = ()

    def decide(self, now: Observation, past: Sequence[Step]) -> Decision:
        self._now, self._past = now, past
        try:
            return next(self._decisions)
        except StepFailed as failed:
            return self._say(do.Infeasible(text=str(failed)), grounding=failed.grounding)

    # the whole

    def _all(self) -> Decisions:
        if self.task.start:
            yield from self._do(do.Open(location=self._fill(self.task.start)), "start")
        yield from self._steps(self.task.steps)
        if self.planner is not None:
            yield from self._pursue(self.planner)
        for number, condition in enumerate(self.task.checks, 1):
            self._source = f"check {number}"
            yield from self._await(condition)
        self._source = ""
        yield Decision(action=do.Done(text="every step and check passed"))

    def _pursue(self, planner: Policy) -> Decisions:
        """What the planner decides, until it says that the goal is reached; whether it is, the checks tell."""
        self._source = "goal"
        while True:
            decision = planner.decide(self._now, self._past).model_copy(update={"source": self._source})
            if isinstance(decision.action, do.Done) and self.task.checks:
                said = do.Note(text=decision.action.text or "the goal is reached")
                yield decision.model_copy(update={"action": said})
                return
            yield decision

    def _steps(self, steps: written.Steps) -> Decisions:
        for step in steps:
            self._source = step.source
            yield from self._step(step)

    def _step(self, step: written.AnyStep) -> Decisions:
        match step:
            case written.IfStep():
                yield from self._branch(step.if_, step.then, step.else_)
            case written.UnlessStep():
                yield from self._branch(step.unless, (), step.then)
            case written.RepeatStep():
                for _ in range(step.repeat):
                    if step.until is not None and self._judge(step.until).holds:
                        break
                    yield from self._steps(step.steps)
                    self._source = step.source
            case written.ForEachStep():
                for value in step.in_:
                    self.values[step.for_each] = self._fill(value)
                    yield from self._steps(step.steps)
            case written.UseStep():
                outer = dict(self.values)
                self.values.update({name: self._fill(value) for name, value in step.vars.items()})
                yield from self._steps(step.steps)
                self.values = {**self.values, **{name: outer[name] for name in step.vars if name in outer}}
            case _:
                yield from self._plain(step)

    def _branch(self, condition: written.Condition, then: written.Steps, otherwise: written.Steps) -> Decisions:
        judgement = self._judge(condition)
        yield self._say(do.Note(text=f"{'yes' if judgement.holds else 'no'}: {judgement.why}"))
        yield from self._steps(then if judgement.holds else otherwise)

    def _plain(self, step: written.AnyStep) -> Decisions:
        match step:
            case written.ClickStep():
                yield from self._touch(
                    step.click, lambda at: do.Click(at=at, button=step.button, modifiers=step.holding), "click"
                )
            case written.DoubleClickStep():
                yield from self._touch(step.double_click, lambda at: do.DoubleClick(at=at), "double click")
            case written.RightClickStep():
                yield from self._touch(step.right_click, lambda at: do.Click(at=at, button="right"), "right click")
            case written.HoverStep():
                yield from self._touch(step.hover, lambda at: do.Move(at=at), "hover")
            case written.LongPressStep():
                yield from self._touch(step.long_press, lambda at: do.LongPress(at=at), "long press")
            case written.DragStep():
                yield from self._drag(step)
            case written.TypeStep():
                yield from self._type(step)
            case written.ClearStep():
                yield from self._touch(step.clear, lambda at: do.Click(at=at), "clear")
                yield from self._do(do.Press(keys=("ctrl", "a")), "clear")
                yield from self._do(do.Press(keys=("delete",)), "clear")
            case written.PressStep():
                yield from self._do(do.Press(keys=step.press), f"press {'+'.join(step.press)}")
            case written.ScrollStep():
                yield from self._scroll(step)
            case written.SwipeStep():
                yield from self._swipe(step)
            case written.SelectStep():
                yield from self._select(step)
            case written.CheckStep():
                yield from self._set_mark(step.check, True)
            case written.UncheckStep():
                yield from self._set_mark(step.uncheck, False)
            case written.UploadStep():
                yield from self._upload(step)
            case written.PushStep():
                yield from self._do(do.Push(path=self._local(step.push), to=self._fill(step.to)), "push")
            case written.PullStep():
                yield from self._do(do.Pull(path=self._fill(step.pull), to=self._local(step.to)), "pull")
            case written.OpenStep():
                yield from self._do(do.Open(location=self._fill(step.open)), "open")
            case written.LaunchStep():
                yield from self._do(do.Launch(app=self._fill(step.launch)), "launch")
            case written.BackStep():
                yield from self._do(do.Back(), "back")
            case written.DialogStep():
                yield from self._do(do.Dialog(accept=step.dialog == "accept", text=self._fill(step.text)), step.dialog)
            case written.WaitForStep():
                yield from self._await(step.wait_for, step.seconds)
            case written.ExpectStep():
                yield from self._await(step.expect)
            case written.ReadStep():
                yield from self._read(step)
            case written.NoteStep():
                yield self._say(do.Note(text=self._fill(step.note)))
            case (
                written.IfStep()
                | written.UnlessStep()
                | written.RepeatStep()
                | written.ForEachStep()
                | written.UseStep()
            ):
                raise AssertionError(step)

    # steps of more than one action

    def _drag(self, step: written.DragStep) -> Decisions:
        for _ in range(_STALE_TRIES):
            start = yield from self._find(step.drag)
            end = yield from self._find(step.to)
            action = do.Drag(path=(start.point.on(end.point.frame), end.point))
            if (yield from self._try(action, f"drag {start.target} to {end.target}", end)):
                return
        raise StepFailed("the screen does not come to rest under the drag")

    def _type(self, step: written.TypeStep) -> Decisions:
        if step.into is not None:
            yield from self._touch(step.into, lambda at: do.Click(at=at), "type into")
        yield from self._do(do.Type(text=self._fill(step.type)), "type")

    def _scroll(self, step: written.ScrollStep) -> Decisions:
        across, down = _WHEEL_BACK[step.scroll]
        spot = None
        for _ in range(_SCROLL_TRIES if step.to is not None else 1):
            if step.to is not None and isinstance(found := self._look_for(self._fill(step.to)), Found):
                yield self._say(do.Note(text=f"{step.to!r} is in view"), target=step.to, grounding=found)
                return
            if spot is not None:  # what was there has been scrolled away, the place has not
                spot = Spot(spot.point.on(self._now.frame.id), spot.target)
            elif step.at is not None:
                spot = yield from self._find(step.at)
            frame = self._now.frame
            size = frame.size
            by = (round(across * step.pages * size.width), round(down * step.pages * size.height))
            at = spot.point if spot else _middle(self._now)
            yield from self._do(do.Scroll(at=at, by=by), f"scroll {step.scroll}", spot)
            if step.to is not None and self._now.frame.id == frame.id:
                break
        if step.to is not None:
            raise StepFailed(f"{step.to!r} did not come into view: {self._missing(self._fill(step.to))}")

    def _swipe(self, step: written.SwipeStep) -> Decisions:
        across, down = _WHEEL_BACK[step.swipe]
        spot = None
        if step.at is not None:
            spot = yield from self._find(step.at)
        frame = self._now.frame
        x, y = round(across * step.pages * frame.size.width), round(down * step.pages * frame.size.height)
        middle = _middle(self._now)
        start = spot.point if spot else frame.clamp(middle.x - x / 2, middle.y - y / 2)
        end = frame.clamp(start.x + x, start.y + y)
        yield from self._do(do.Swipe(path=(start, end)), f"swipe {step.swipe}", spot)

    def _select(self, step: written.SelectStep) -> Decisions:
        """Open the field and click the option in the list that shows, or type it where a list takes keys only."""
        option = self._fill(step.select)
        field = yield from self._find(step.from_)
        before = self._now
        yield from self._do(do.Click(at=field.point), "select from", field)
        found = self._look_for(f'"{option}"')
        if isinstance(found, Found) and not isinstance(self._look_for(f'"{option}"', before), Found):
            yield self._say(do.Click(at=found.point), f"select {option!r}", option, found)
        else:
            yield self._say(do.Note(text=f"{option!r} is not in view; it is typed"))
        if not isinstance(self._past[-1].action, do.Click) or self._past[-1].outcome.status != "done":
            yield from self._do(do.Type(text=option), f"select {option!r}")
            yield from self._do(do.Press(keys=("enter",)), f"select {option!r}")
        if not (yield from self._until(lambda: self._shows(field, option), bool, f"{option!r} does not show yet")):
            raise StepFailed(f"{field.target!r} does not show {option!r} after it was selected", field.found)

    def _shows(self, spot: Spot, text: str) -> bool:
        """Whether a text is read where a thing was found."""
        box = spot.found.box if spot.found else _around(spot.point)
        wanted = "".join(text.split()).casefold()
        return any(
            fuzz.partial_ratio(wanted, "".join(line.text.split()).casefold()) >= _READS_AS
            for line in self.sight.look(self._now.frame.pixels).lines
            if line.box.meets(Rect(box.left, box.top, box.right, box.bottom))
        )

    def _set_mark(self, target: written.Target, wanted: bool) -> Decisions:
        word = "check" if wanted else "uncheck"
        for last in (False, True):
            spot = yield from self._find(target)
            found = spot.found or Found(point=spot.point, box=_around(spot.point), confidence=1.0, why="a point")
            state = is_checked(found, self._now, self.sight)
            if state is wanted:
                yield self._say(do.Note(text=f"{spot.target} is {word}ed"), target=spot.target, grounding=spot.found)
                return
            if state is None:
                raise StepFailed(f"{spot.target!r} is no checkbox that can be recognised at {found.box}", spot.found)
            if last:
                raise StepFailed(f"{spot.target!r} is still not {word}ed after a click", spot.found)
            yield from self._touch(target, lambda at: do.Click(at=at), word)

    def _upload(self, step: written.UploadStep) -> Decisions:
        yield from self._touch(step.to, lambda at: do.Click(at=at), "upload to")
        if not (yield from self._until(lambda: self._now.chooser, bool, "no file chooser yet")):
            raise StepFailed(f"no file chooser opened after {step.to} was clicked")
        yield from self._do(do.Upload(paths=tuple(map(self._local, step.upload))), "upload")

    def _local(self, path: str) -> str:
        """A file of this computer that a task file names relative to itself."""
        return str((Path(self.values.get("here", ".")) / self._fill(path)).resolve())

    def _read(self, step: written.ReadStep) -> Decisions:
        phrase = self._fill(step.read)
        read = yield from self._until(
            lambda: value_of(phrase, self._now, self.sight), lambda read: isinstance(read, str), "cannot be read yet"
        )
        if isinstance(read, NotFound):
            raise StepFailed(f"{phrase!r} cannot be read: {read.why}", read)
        self.values[step.into] = read
        yield self._say(do.Remember(name=step.into, value=read), target=phrase)

    # looking

    def _find(self, target: written.Target) -> Generator[Decision, None, Spot]:
        """Look for a target until it is there or ``limits.find`` seconds have gone by."""
        if isinstance(target, Point):
            size = self._now.frame.size
            if target.x >= size.width or target.y >= size.height:
                raise StepFailed(f"the point {target} lies outside the frame of {size}")
            return Spot(target.on(self._now.frame.id), str(target))
        phrase = self._fill(target)
        result = yield from self._until(
            lambda: self._look_for(phrase), lambda result: isinstance(result, Found), f"{phrase!r} is not there yet"
        )
        if isinstance(result, Found):
            return Spot(result.point, phrase, result)
        raise StepFailed(f"{phrase!r}: {result.why}", result)

    def _await(self, condition: written.Condition, seconds: float | None = None) -> Decisions:
        patience = seconds if condition.can_change else 0.0
        judgement = yield from self._until(
            lambda: self._judge(condition), lambda judgement: judgement.holds, "not so yet", patience
        )
        if not judgement.holds:
            raise StepFailed(judgement.why, judgement.grounding)
        yield self._say(do.Note(text=judgement.why), grounding=judgement.grounding)

    def _until(
        self, look: Callable[[], Look], good: Callable[[Look], bool], reason: str, seconds: float | None = None
    ) -> Generator[Decision, None, Look]:
        """Look until it is good or `seconds` (``limits.find``) have gone by on the observations' clock."""
        started = self._now.frame.taken_at
        for turn in count():
            seen = look()
            waited = self._now.frame.taken_at - started
            if good(seen) or waited >= (self.task.limits.find if seconds is None else seconds):
                return seen
            yield self._say(do.Wait(seconds=_LOOK_AGAIN[min(turn, len(_LOOK_AGAIN) - 1)]), reason)
        raise AssertionError

    def _look_for(self, phrase: str, seen: Observation | None = None) -> Found | NotFound | Ambiguous:
        return self.grounder.find(phrase, seen or self._now)

    def _missing(self, phrase: str) -> str:
        found = self._look_for(phrase)
        return "it is in view" if isinstance(found, Found) else found.why

    def _judge(self, condition: written.Condition) -> Judgement:
        return judge(condition, self._now, self.grounder, self.sight, self._fill)

    # acting

    def _touch(self, target: written.Target, make: Callable[[Point], do.Action], reason: str) -> Decisions:
        """Find a target and do something at its point; found anew when the screen moves on in between."""
        for _ in range(_STALE_TRIES):
            spot = yield from self._find(target)
            if (yield from self._try(make(spot.point), reason, spot)):
                return
        raise StepFailed(f"the screen does not come to rest around {target}")

    def _do(self, action: do.Action, reason: str, spot: Spot | None = None) -> Decisions:
        if not (yield from self._try(action, reason, spot)):
            raise StepFailed(f"the screen does not come to rest: {self._past[-1].outcome.message}")

    def _try(self, action: do.Action, reason: str, spot: Spot | None = None) -> Generator[Decision, None, bool]:
        """Carry out an action; False when the screen had moved on and it should be decided anew."""
        yield self._say(action, reason, spot.target if spot else "", spot.found if spot else None)
        last = self._past[-1]
        if last.verdict.kind == "reject":
            raise StepFailed(f"rejected: {last.verdict.reason or 'no reason given'}")
        if last.outcome.status in ("refused", "failed"):
            raise StepFailed(last.outcome.message)
        return last.outcome.status == "done"

    def _say(
        self,
        action: do.Action,
        reason: str = "",
        target: str = "",
        grounding: Found | NotFound | Ambiguous | None = None,
    ) -> Decision:
        return Decision(action=action, reason=reason, source=self._source, target=target, grounding=grounding)

    def _fill(self, text: str) -> str:
        return fill(text, self.values, self._source)


def _middle(now: Observation) -> Point:
    size = now.frame.size
    return Point(x=size.width // 2, y=size.height // 2, frame=now.frame.id)


def _around(point: Point) -> Box:
    return Box(left=point.x, top=point.y, right=point.x + 1, bottom=point.y + 1, frame=point.frame)
