"""Choosing from a drop-down: by a click where its list is part of the screen, else by keys; and seeing it shown."""

from collections.abc import Generator

from sightline.agent.grounders.phrases import quote
from sightline.agent.grounders.verbatim import is_verbatim
from sightline.agent.policies.hands import Decisions, Hands, Spot, StepFailed
from sightline.environments import actions as do
from sightline.environments.base import Observation
from sightline.tasks.records import Decision, Found
from sightline.tasks.steps import Target
from sightline.tools.rect import Rect

MOST_ALIKE = 50
"""How many options that begin alike are gone through."""
ARROW = 0.5
"""The arrow of a drop-down takes about so much of its right end, in heights of the drop-down."""
RING = 5
"""Pixels by which an outline grows when it has the focus."""


def select(option: str, target: Target, hands: Hands) -> Decisions:
    """Open a field and click the option in the list that shows, or type it where a list takes keys only.

    Keys take the first option that begins so; from there the arrow goes on to the one that says no more than that.
    """
    field = yield from hands.find(target, "select")
    before = hands.now
    yield from hands.act(do.Click(at=field.point), "select from", field)
    is_typed = not (yield from _click(option, before, hands))
    if is_typed:
        yield from hands.act(do.Press(keys=("home",)), f"select {option!r}")
        yield from hands.act(do.Type(text=option), f"select {option!r}")
        yield from hands.act(do.Press(keys=("enter",)), f"select {option!r}")
    shown: list[str] = []
    for _ in range(MOST_ALIKE):
        shown = yield from hands.until(
            lambda: _shown(field, hands), lambda shown: _begins(shown, option), f"{option!r} does not show yet"
        )
        if any(is_verbatim(option, text) for text in shown):
            return
        frame = hands.now.frame.id
        if not is_typed or not _begins(shown, option):
            break
        yield from hands.act(do.Press(keys=("down",)), f"select {option!r}")
        if hands.now.frame.id == frame:
            break
    instead = f", but {' '.join(shown)!r}" if shown else ""
    raise StepFailed(f"{field.target!r} does not show {option!r} after it was selected{instead}", field.found)


def _click(option: str, before: Observation, hands: Hands) -> Generator[Decision, None, bool]:
    """Click an option that came into view with the list; False when there is none, or the list takes no click."""
    phrase = quote(option)
    found = hands.look_for(phrase)
    if not isinstance(found, Found) or isinstance(hands.look_for(phrase, seen=before), Found):
        yield hands.say(do.Note(text=f"{option!r} is not in view; it is typed"))
        return False
    spot = Spot(found.point, option, found)
    return (yield from hands.offer(do.Click(at=found.point), f"select {option!r}", spot)) == "done"


def _shown(spot: Spot, hands: Hands) -> list[str]:
    """The texts that are read where a drop-down was found, each line and all of them together, without its arrow."""
    box = Rect(spot.box.left, spot.box.top, spot.box.right, spot.box.bottom)
    screen = hands.sight.look(hands.now.frame.pixels)
    is_outlined = any(
        box.grown(RING).contains(other) and other.grown(RING).contains(box) for other in screen.widgets.boxes
    )
    end = box.right - ARROW * box.height if is_outlined else box.right + box.height
    texts = [
        text
        for line in screen.lines
        if line.box.meets(box)
        and (text := "".join(sign for sign, x in zip(line.text, line.middles, strict=True) if x < end).strip())
    ]
    return texts if len(texts) < 2 else [*texts, " ".join(texts)]


def _begins(shown: list[str], option: str) -> bool:
    """Whether one of the texts begins with an option's, or is it."""
    wanted = _squeeze(option)
    return any(is_verbatim(option, text) or _squeeze(text).startswith(wanted) for text in shown)


def _squeeze(text: str) -> str:
    return "".join(text.split()).casefold()
