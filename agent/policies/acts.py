"""The steps of a script that do something: each becomes one action or a few, grounded on the screen as it is then."""

from pathlib import Path

from sightline.agent.grounders.reading import is_checked, value_of
from sightline.agent.policies.hands import STALE_TRIES, Decisions, Hands, Spot, StepFailed
from sightline.agent.policies.selecting import select
from sightline.environments import actions as do
from sightline.environments.base import Observation
from sightline.environments.geometry import Point
from sightline.tasks import steps as written
from sightline.tasks.records import Found, NotFound

_SCROLL_TRIES = 50
_WHEEL_BACK = {"down": (0, 1), "up": (0, -1), "right": (1, 0), "left": (-1, 0)}


def act(step: written.AnyStep, hands: Hands) -> Decisions:
    """The decisions of one step; raises StepFailed when it cannot be fulfilled."""
    match step:
        case written.ClickStep():
            yield from hands.touch(
                step.click, lambda at: do.Click(at=at, button=step.button, modifiers=step.holding), "click"
            )
        case written.DoubleClickStep():
            yield from hands.touch(step.double_click, lambda at: do.DoubleClick(at=at), "double click")
        case written.RightClickStep():
            yield from hands.touch(step.right_click, lambda at: do.Click(at=at, button="right"), "right click")
        case written.HoverStep():
            yield from hands.touch(step.hover, lambda at: do.Move(at=at), "hover")
        case written.LongPressStep():
            yield from hands.touch(step.long_press, lambda at: do.LongPress(at=at), "long press")
        case written.DragStep():
            yield from _drag(step, hands)
        case written.TypeStep():
            if step.into is not None:
                yield from hands.touch(step.into, lambda at: do.Click(at=at), "type into", "field")
            yield from hands.act(do.Type(text=hands.fill(step.type)), "type")
        case written.ClearStep():
            yield from hands.touch(step.clear, lambda at: do.Click(at=at), "clear", "field")
            yield from hands.act(do.Press(keys=("ctrl", "a")), "clear")
            yield from hands.act(do.Press(keys=("delete",)), "clear")
        case written.PressStep():
            yield from hands.act(do.Press(keys=step.press), f"press {'+'.join(step.press)}")
        case written.ScrollStep():
            yield from _scroll(step, hands)
        case written.SwipeStep():
            yield from _swipe(step, hands)
        case written.SelectStep():
            yield from select(hands.fill(step.select), step.from_, hands)
        case written.CheckStep():
            yield from _set_mark(step.check, True, hands)
        case written.UncheckStep():
            yield from _set_mark(step.uncheck, False, hands)
        case written.UploadStep():
            yield from _upload(step, hands)
        case written.PushStep():
            yield from hands.act(do.Push(path=_local(step.push, hands), to=hands.fill(step.to)), "push")
        case written.PullStep():
            yield from hands.act(do.Pull(path=hands.fill(step.pull), to=_local(step.to, hands)), "pull")
        case written.OpenStep():
            yield from hands.act(do.Open(location=hands.fill(step.open)), "open")
        case written.LaunchStep():
            yield from hands.act(do.Launch(app=hands.fill(step.launch)), "launch")
        case written.BackStep():
            yield from hands.act(do.Back(), "back")
        case written.DialogStep():
            answer = do.Dialog(accept=step.dialog == "accept", text=hands.fill(step.text))
            yield from hands.act(answer, step.dialog)
        case written.WaitForStep():
            yield from hands.expect(step.wait_for, step.seconds)
        case written.ExpectStep():
            yield from hands.expect(step.expect)
        case written.ReadStep():
            yield from _read(step, hands)
        case written.NoteStep():
            yield hands.say(do.Note(text=hands.fill(step.note)))
        case written.IfStep() | written.UnlessStep() | written.RepeatStep() | written.ForEachStep() | written.UseStep():
            raise AssertionError(step)


def _drag(step: written.DragStep, hands: Hands) -> Decisions:
    for _ in range(STALE_TRIES):
        start = yield from hands.find(step.drag)
        end = yield from hands.find(step.to)
        action = do.Drag(path=(start.point.on(end.point.frame), end.point))
        if (yield from hands.attempt(action, f"drag {start.target} to {end.target}", end)):
            return
    raise StepFailed("the screen does not come to rest under the drag")


def _scroll(step: written.ScrollStep, hands: Hands) -> Decisions:
    across, down = _WHEEL_BACK[step.scroll]
    to = None if step.to is None else hands.fill(step.to)
    spot = None
    for _ in range(_SCROLL_TRIES if to is not None else 1):
        if to is not None and isinstance(found := hands.look_for(to), Found):
            yield hands.say(do.Note(text=f"{to!r} is in view"), target=to, grounding=found)
            return
        if spot is not None:  # what was there has been scrolled away, the place has not
            spot = Spot(spot.point.on(hands.now.frame.id), spot.target)
        elif step.at is not None:
            spot = yield from hands.find(step.at)
        frame = hands.now.frame
        by = (round(across * step.pages * frame.size.width), round(down * step.pages * frame.size.height))
        at = spot.point if spot else _middle(hands.now)
        yield from hands.act(do.Scroll(at=at, by=by), f"scroll {step.scroll}", spot)
        if to is not None and hands.now.frame.id == frame.id:
            break
    if to is not None:
        found = hands.look_for(to)
        raise StepFailed(f"{to!r} did not come into view" + ("" if isinstance(found, Found) else f": {found.why}"))


def _swipe(step: written.SwipeStep, hands: Hands) -> Decisions:
    across, down = _WHEEL_BACK[step.swipe]
    spot = None
    if step.at is not None:
        spot = yield from hands.find(step.at)
    frame = hands.now.frame
    x, y = round(across * step.pages * frame.size.width), round(down * step.pages * frame.size.height)
    middle = _middle(hands.now)
    start = spot.point if spot else frame.clamp(middle.x - x / 2, middle.y - y / 2)
    end = frame.clamp(start.x + x, start.y + y)
    yield from hands.act(do.Swipe(path=(start, end)), f"swipe {step.swipe}", spot)


def _set_mark(target: written.Target, wanted: bool, hands: Hands) -> Decisions:
    word = "check" if wanted else "uncheck"
    for last in (False, True):
        spot = yield from hands.find(target, "check")
        found = spot.found or Found(point=spot.point, box=spot.box, confidence=1.0, why="a point")
        state = is_checked(found, hands.now, hands.sight)
        if state is wanted:
            yield hands.say(do.Note(text=f"{spot.target} is {word}ed"), target=spot.target, grounding=spot.found)
            return
        if state is None:
            raise StepFailed(f"{spot.target!r} is no checkbox that can be recognised at {found.box}", spot.found)
        if last:
            raise StepFailed(f"{spot.target!r} is still not {word}ed after a click", spot.found)
        yield from hands.touch(target, lambda at: do.Click(at=at), word, "check")


def _upload(step: written.UploadStep, hands: Hands) -> Decisions:
    yield from hands.touch(step.to, lambda at: do.Click(at=at), "upload to")
    if not (yield from hands.until(lambda: hands.now.chooser, bool, "no file chooser yet")):
        raise StepFailed(f"no file chooser opened after {step.to} was clicked")
    yield from hands.act(do.Upload(paths=tuple(_local(path, hands) for path in step.upload)), "upload")


def _local(path: str, hands: Hands) -> str:
    """A file of this computer that a task file names relative to itself."""
    return str((Path(hands.values.get("here", ".")) / hands.fill(path)).resolve())


def _read(step: written.ReadStep, hands: Hands) -> Decisions:
    phrase = hands.fill(step.read)
    read = yield from hands.until(
        lambda: value_of(phrase, hands.now, hands.sight), lambda read: isinstance(read, str), "cannot be read yet"
    )
    if isinstance(read, NotFound):
        raise StepFailed(f"{phrase!r} cannot be read: {read.why}", read)
    hands.values[step.into] = read
    yield hands.say(do.Remember(name=step.into, value=read), target=phrase)


def _middle(now: Observation) -> Point:
    size = now.frame.size
    return Point(x=size.width // 2, y=size.height // 2, frame=now.frame.id)
