"""From a text on the screen to its control: the button around it, the field beside it, the box to check.

Every distance is measured in the height of the text at hand, so that a screen of twice the scale is seen the same.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from sightline.agent.grounders.matching import CUT_OFF, LOOKS_SAME, SET_OFF, spell
from sightline.agent.grounders.passages import Passage, find_passages
from sightline.agent.grounders.resolve import Target
from sightline.agent.grounders.roles import Role
from sightline.tools.ocr import Line
from sightline.tools.rect import Rect
from sightline.tools.sight import Screen
from sightline.tools.widgets import Mark

UNMET = 0.25
"""What it costs a candidate when the control that its role names is not there."""
FITTING = 0.03
"""What a candidate gains when it looks like its role."""
BIGGER = 0.02
"""What it costs to be written larger than another text that says the same: headings are seldom controls."""
UNREAD = 0.15
"""What it costs when a part of a label was not read."""
FAINTEST, STRONGEST = 40, 120
"""How far from grey the letters of a link are, at least and when there is no doubt."""


def aim(passage: Passage, role: Role | None, screen: Screen, smallest: int) -> list[Target]:
    """What may be meant by a text that was asked for in a role; `smallest` is the height of the smallest like it."""
    match role:
        case "field" | "select":
            return [_aim_field(passage, role, screen)]
        case "check":
            return _aim_marks(passage, screen)
        case _:
            return [_aim_text(passage, role, screen, smallest)]


def unlabelled(role: Role | None, screen: Screen) -> Sequence[Target]:
    """Everything on a screen that has a role, for a phrase that tells only by its place which one is meant."""
    match role:
        case "check":
            sure = [mark for mark in screen.widgets.marks if mark.sure]
            return [_at(mark.box, 0.93 if mark.round else 0.95, "checkbox") for mark in sure or screen.widgets.marks]
        case "field" | "select":
            return [_at(box, 0.95, "field") for box in screen.widgets.boxes if _looks_like_field(box, screen)]
        case "button" | "tab":
            return [_at(box, 0.95, "button") for box in screen.widgets.boxes if _looks_like_button(box, screen)]
        case "icon":
            return [_at(mark.box, 0.95, "icon") for mark in screen.widgets.marks if not mark.sure]
        case "link":
            coloured = [line for line in screen.lines if screen.ink(line.box).chroma > FAINTEST]
            return [_at(line.box, 0.95, f"link {line.text!r}") for line in coloured or screen.lines]
        case _:
            return [_at(line.box, 0.95, f"text {line.text!r}", line.text) for line in screen.lines]


def holder_of(text: Rect, screen: Screen) -> Rect | None:
    """The smallest outline around a text."""
    return next((box for box in screen.widgets.boxes if box.grown(3).contains(text) and box.area > text.area), None)


def field_of(label: Rect, screen: Screen) -> Rect | None:
    """The field of a label or of the text in it: around the text, below it, right of it, or left of it."""
    unit = label.height
    holder = holder_of(label, screen)
    if holder is not None and _may_be_field(holder, screen) and holder.height >= 0.9 * unit:
        roomy = holder.width > 1.6 * label.width or holder.height >= 1.5 * unit
        if roomy and not _encloses_field(holder, screen):
            return holder
    fields = [(cost, box) for box in screen.widgets.boxes if (cost := _field_cost(label, box, screen)) is not None]
    return min(fields)[1] if fields else None


def _encloses_field(outline: Rect, screen: Screen) -> bool:
    """Whether another field lies within an outline, which makes it a card around them."""
    within = (box for box in screen.widgets.boxes if box != outline and outline.contains(box))
    return any(_may_be_field(box, screen) for box in within)


def mark_of(label: Rect, screen: Screen) -> Mark | None:
    """The checkbox left of a text, or else right of it."""
    unit = label.height
    found: list[tuple[float, Rect, Mark]] = []
    for mark in screen.widgets.marks:
        if abs(mark.box.middle[1] - label.middle[1]) > 0.7 * unit:
            continue
        before, after = label.left - mark.box.right, mark.box.left - label.right
        unsure = 0 if mark.sure else unit
        if -0.3 * unit <= before <= 2.2 * unit:
            found.append((before + unsure, mark.box, mark))
        elif -0.3 * unit <= after <= 2 * unit:
            found.append((after + 1.5 * unit + unsure, mark.box, mark))
    return min(found)[2] if found else None


def _aim_text(passage: Passage, role: Role | None, screen: Screen, smallest: int) -> Target:
    box, score = passage.first, passage.likeness
    ink = screen.ink(box)
    if ink.height > (1.12 if role else 1.3) * smallest + 1:
        score += BIGGER if role == "heading" else -BIGGER
    if role == "link":
        score += BIGGER * min(max(ink.chroma - FAINTEST, 0) / (STRONGEST - FAINTEST), 1.0)
    if role in ("link", "menu", "tab") and _in_menu(box, screen):
        score += BIGGER
    if role in ("button", "tab", None):
        holder = holder_of(box, screen)
        if holder is not None and _hugs(holder, passage.box, screen):
            return _at(holder, score + (FITTING if role else 0.0), f"{role or 'control'} {passage.text!r}")
    return _at(box, score, f"text {passage.text!r}")


def _in_menu(text: Rect, screen: Screen) -> bool:
    """Whether a text is one of several written alike, one under the other, as the entries of a menu are."""
    unit, height = text.height, screen.ink(text).height
    alike = [
        line.box.top
        for line in screen.lines
        if abs(line.box.left - text.left) < 0.4 * unit
        and 1.2 * unit < abs(line.box.top - text.top) < 6 * unit
        and abs(screen.ink(line.box).height - height) <= 0.25 * height + 1
    ]
    return len(alike) >= 3


def _aim_field(passage: Passage, role: Role, screen: Screen) -> Target:
    field = field_of(passage.box, screen)
    if field is None:
        return _unmet(passage, UNMET, f"no {role}")
    return _at(field, passage.likeness, f"{role} of {passage.text!r}")


def _aim_marks(passage: Passage, screen: Screen) -> list[Target]:
    mark = mark_of(passage.first, screen)
    if mark is not None:
        return [_at(mark.box, passage.likeness, f"checkbox of {passage.text!r}")]
    group = _marks_below(passage.box, screen)
    if group:
        return [_at(box, passage.likeness - 0.01, f"checkbox under {passage.text!r}") for box in group]
    return [_unmet(passage, 0.05, "nothing to check")]


def _unmet(passage: Passage, cost: float, missing: str) -> Target:
    said = _at(passage.first, passage.likeness - cost, f"text {passage.text!r}, {missing} near it")
    return replace(said, met=False)


def cut_off(label: str, screen: Screen) -> list[Target]:
    """The fields that show only the beginning of a label, because there is no room for more."""
    wanted = spell(label).folded
    found: list[Target] = []
    for line in screen.lines:
        said = spell(line.text).folded
        holder = holder_of(line.box, screen)
        if holder is None or not (len(said) >= 4 and wanted.startswith(said)):
            continue
        if _may_be_field(holder, screen) and holder.right - line.box.right < line.box.height:
            found.append(_at(holder, CUT_OFF, f"field that begins with {line.text!r}"))
    return found


def unread_number(label: str, screen: Screen) -> list[Target]:
    """The texts that say a label but for its number, where something stands beside them that could not be read."""
    stem = re.fullmatch(r"(.*\w)\s+\d{1,3}", label)
    passages = find_passages(stem[1], screen) if stem else []
    return [
        _at(passage.first, passage.likeness - UNREAD, f"text {passage.text!r}, its number could not be read")
        for passage in passages
        if passage.likeness >= LOOKS_SAME - SET_OFF and _has_more(passage.first, screen)
    ]


def _has_more(text: Rect, screen: Screen) -> bool:
    """Whether right of a text, before the next one, stands something of about the size of a digit."""
    unit = text.height
    beside = [line.box.left for line in screen.lines if line.box.left >= text.right and text.overlap_down(line.box) > 0]
    gap = Rect(text.right + unit // 3, text.top, min([text.right + 16 * unit, *beside]), text.bottom)
    return gap.width > unit and 0.25 * unit < screen.ink(gap).height < 0.9 * unit


def _marks_below(label: Rect, screen: Screen) -> list[Rect]:
    """The checkboxes without a text of their own that stand in the block under a label, up to the next such label."""
    unit = label.height
    aligned = [line.box.top for line in screen.lines if abs(line.box.left - label.left) < 0.6 * unit]
    bottom = min((top for top in aligned if top > label.bottom), default=screen.pixels.shape[0])
    beside = [line.box for line in screen.lines if line.box.left > label.right and line.box.top < bottom]
    right = min((box.left for box in beside if box.overlap_down(Rect(0, label.top, 1, bottom)) > 0), default=1 << 30)
    below = [
        mark.box
        for mark in screen.widgets.marks
        if mark.sure
        and label.bottom <= mark.box.top + unit / 2
        and mark.box.bottom <= bottom
        and label.left - unit <= mark.box.left
        and mark.box.right <= right
    ]
    usual = median(box.height for box in below) if below else 0
    return [box for box in below if abs(box.height - usual) <= 0.25 * usual]


def _hugs(holder: Rect, text: Rect, screen: Screen) -> bool:
    """Whether an outline is that of a button around a text: a little higher, not much wider, without other texts."""
    unit = text.height
    return (
        1.2 * unit <= holder.height <= 3.4 * unit
        and holder.width <= max(9 * text.width, 12 * unit)
        and all(text.meets(line.box) for line in _texts_in(holder, screen))
    )


def _texts_in(box: Rect, screen: Screen) -> list[Line]:
    """The lines of text in an outline; a single sign may be an icon."""
    return [line for line in screen.lines if box.contains(line.box) and len(line.text) > 1]


def _may_be_field(box: Rect, screen: Screen) -> bool:
    """Whether an outline may be that of a field: not too high, with at most one text in each of its rows."""
    unit = screen.text_height
    if not (0.75 * unit <= box.height <= 12 * unit and box.width >= 2.5 * unit):
        return False
    texts = _texts_in(box, screen)
    return all(
        one is other or one.box.overlap_down(other.box) < 0.5 * unit or len(texts) < 3
        for one in texts
        for other in texts
    )


def _looks_like_field(box: Rect, screen: Screen) -> bool:
    """Whether an outline looks like a field by itself: wide, empty or with a text that starts at its left."""
    unit = screen.text_height
    if not _may_be_field(box, screen) or box.width < 3 * unit or box.height > 8 * unit:
        return False
    if any(box != other and box.contains(other) and other.height > 0.6 * unit for other in screen.widgets.boxes):
        return False
    return all(
        line.box.left - box.left < 2.5 * unit and box.right - line.box.right > 1.2 * (line.box.left - box.left)
        for line in _texts_in(box, screen)
    )


def _looks_like_button(box: Rect, screen: Screen) -> bool:
    """Whether an outline looks like a button by itself: one text, about in its middle."""
    texts = _texts_in(box, screen)
    if len(texts) != 1 or not _hugs(box, texts[0].box, screen):
        return False
    before, after = texts[0].box.left - box.left, box.right - texts[0].box.right
    return abs(before - after) < 2 * screen.text_height


def _field_cost(label: Rect, box: Rect, screen: Screen) -> float | None:
    """How far a field is from a label, None when it cannot be the label's."""
    unit = label.height
    if box.contains(label) or not _may_be_field(box, screen):
        return None
    down, right, left = box.top - label.bottom, box.left - label.right, label.left - box.right
    aside = abs(box.left - label.left)
    level = abs(box.middle[1] - label.middle[1])
    costs: list[float] = []
    if -0.3 * unit <= down <= 2.6 * unit and (aside < 2.5 * unit or box.left <= label.left <= box.right):
        costs.append(down + 0.5 * min(aside, 3 * unit))
    if box.height <= 3.2 * unit and -0.2 * unit <= right <= 14 * unit and level < 0.7 * unit:
        costs.append(0.35 * right + level)
    elif -0.2 * unit <= right <= 14 * unit and 0 <= label.top - box.top + 0.5 * unit <= 1.5 * unit:
        costs.append(0.35 * right + 0.5 * unit)
    if box.height <= 3.2 * unit and -0.2 * unit <= left <= unit and level < 0.5 * unit:
        costs.append(left + 3 * unit)
    if not costs or _is_between(label, box, screen):
        return None
    return min(costs)


def _is_between(label: Rect, box: Rect, screen: Screen) -> bool:
    """Whether another text stands between a label and a field: then that is the field's label."""
    gap = Rect(max(label.left, box.left), label.bottom, min(label.right, box.right), box.top)
    if gap.right <= gap.left:
        gap = Rect(label.right, label.top, box.left, label.bottom)
    return any(
        line.box.overlap_across(gap) > 0.3 * label.height
        and gap.top <= line.box.middle[1] <= gap.bottom
        and line.box != label
        for line in screen.lines
        if len(line.text) > 1
    )


def _at(box: Rect, score: float, what: str, text: str = "") -> Target:
    return Target(box, ((box.left + box.right - 1) // 2, (box.top + box.bottom - 1) // 2), score, what, text)
