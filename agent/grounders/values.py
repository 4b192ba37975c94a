"""The value that belongs to a label: after it, in its field, right of it, or below it."""

import re
from typing import Literal, NamedTuple

from sightline.agent.grounders.controls import field_of, holder_of
from sightline.tools.ink import core_of, measure_weight
from sightline.tools.ocr import Line
from sightline.tools.rect import Rect
from sightline.tools.sight import Screen

FARTHEST_RIGHT, FARTHEST_BELOW = 20, 3.0
"""How far from its label a value stands at most, in heights of the label: between their ends, between their middles."""
NEXT_BLOCK = 1.4
"""What is this many times as far below a label as the text above it belongs to something else."""
TOUCHING = 4
"""Outlines that are no further apart than this many pixels share a side."""
BOLDER, LARGER, RECOLOURED = 1.25, 1.25, 60
"""Strokes or lines this many times as thick or high, or colours this far apart, look different."""
_NUMBER = re.compile(r"[^\w]*\d[\d.,:/%\s-]*\w{0,3}[^\w]*")


class Value(NamedTuple):
    """A text that may be the value of a label, and where it stands."""

    text: str
    place: Literal["after", "in the field of", "right of", "below"]


def values_of(label: Rect, screen: Screen) -> list[Value]:
    """The value of a label; none where nothing stands beside it, two where either may be meant.

    A text right of it, in its line, comes before one below it, unless the label is the head of a column: it looks like
    the text right of it and unlike the one below. A text that ends with a colon is a label itself.
    """
    label = next((line.box for line in screen.lines if label.contains(line.box)), label)
    line = _line_of(label, screen)
    rest = _after(label, line) if line else ""
    if rest:
        return [Value(rest, "after")]
    is_named = line is not None and _ends_with_colon(line)
    if is_named and _has_empty_cell(label, screen):
        return [Value("", "right of")]
    right, below = _right_of(label, screen), _below(label, screen)
    field = field_of(label, screen)
    if field is not None and not field.contains(label) and not _is_cell(field, label, screen):
        is_farther = is_named and right is not None and field.top >= label.bottom
        if not is_farther:
            return [Value(text_in(field, screen), "in the field of")]
    sides: list[Value] = []
    if right:
        sides.append(Value(right.text, "right of"))
    if below:
        sides.append(Value(below.text, "below"))
    if right and below:
        return _choose(label, right.box, below.box, sides, is_named, screen)
    return sides


def text_in(box: Rect, screen: Screen) -> str:
    """The text inside an outline, line by line; empty when there is none. A sign at its end is an arrow."""
    inside = [line for line in screen.lines if box.grown(4).contains(line.box) or box.overlap_down(line.box) > 0]
    texts = [
        line.text
        for line in inside
        if box.overlap_across(line.box) > 0.8 * line.box.width and box.overlap_down(line.box) > 0.6 * line.box.height
    ]
    return re.sub(r"(?:^|\s+)[vV˅⌄▼∨]$", "", "\n".join(texts))


def _choose(label: Rect, right: Rect, below: Rect, sides: list[Value], is_named: bool, screen: Screen) -> list[Value]:
    """Which of the texts right of a label and below it is its value: by the colon, the kind, the looks, the row."""
    if is_named:
        return sides[:1]
    numbers = [value for value in sides if _NUMBER.fullmatch(value.text)]
    if len(numbers) == 1:
        return numbers
    like_right, like_below = _look_alike(label, right, screen), _look_alike(label, below, screen)
    if like_right != like_below:
        return sides[1:] if like_right else sides[:1]
    return sides if _count_in_row(label, screen) > 2 else sides[:1]


def _look_alike(one: Rect, other: Rect, screen: Screen) -> bool:
    """Whether two texts are written alike: as bold, as large, in one colour."""
    weights = sorted(measure_weight(screen.pixels, box) for box in (one, other))
    heights = sorted((one.height, other.height))
    colours = zip(screen.ink(core_of(one)).colour, screen.ink(core_of(other)).colour, strict=True)
    return (
        weights[1] <= BOLDER * weights[0]
        and heights[1] <= LARGER * heights[0]
        and max(abs(a - b) for a, b in colours) <= RECOLOURED
    )


def _line_of(label: Rect, screen: Screen) -> Line | None:
    return next((line for line in screen.lines if line.box.grown(2).contains(label)), None)


def _after(label: Rect, line: Line) -> str:
    """What a line says after a label that is a part of it, and after what parts the two; a minus is no such sign."""
    rest = [index for index, middle in enumerate(line.middles) if middle > label.right]
    if not rest or line.box.right - label.right <= 0.5 * label.height:
        return ""
    return re.sub(r"^\s*(?:[:：=]|[–—-](?=\s))?\s*", "", line.text[rest[0] :]).rstrip(" :：")


def _ends_with_colon(line: Line) -> bool:
    return line.text.rstrip().endswith((":", "："))


def _others(label: Rect, screen: Screen) -> list[Line]:
    return [line for line in screen.lines if not line.box.grown(2).contains(label)]


def _is_level(line: Line, label: Rect) -> bool:
    return abs(line.box.middle[1] - label.middle[1]) < 0.6 * label.height


def _right_of(label: Rect, screen: Screen) -> Line | None:
    """The next text in the row, unless it is a label of its own."""
    start = label.right - 0.3 * label.height
    row = [line for line in _others(label, screen) if _is_level(line, label) and line.box.left >= start]
    nearest = min(row, key=lambda line: line.box.left, default=None)
    if nearest is None or nearest.box.left - label.right >= FARTHEST_RIGHT * label.height:
        return None
    return None if _ends_with_colon(nearest) else nearest


def _below(label: Rect, screen: Screen) -> Line | None:
    """The next text down, unless it is a label of its own, or of another block: the one above is much closer."""
    column = [line for line in _others(label, screen) if line.box.overlap_across(label) > 0]
    far = {line: (line.box.middle[1] - label.middle[1]) / label.height for line in column}
    nearest = min((line for line in column if far[line] >= 0.6), key=far.__getitem__, default=None)
    above = min((-distance for distance in far.values() if distance <= -0.6), default=FARTHEST_BELOW)
    if nearest is None or far[nearest] > min(FARTHEST_BELOW, NEXT_BLOCK * above) or _ends_with_colon(nearest):
        return None
    return nearest


def _is_cell(field: Rect, label: Rect, screen: Screen) -> bool:
    """Whether an outline shares a side with the one around a label, or with its like above or below."""
    own = holder_of(label, screen)
    if own is not None and min(abs(field.left - own.right), abs(field.top - own.bottom)) <= TOUCHING:
        return True
    return any(
        max(abs(field.left - box.left), abs(field.right - box.right)) <= TOUCHING
        and min(abs(field.top - box.bottom), abs(field.bottom - box.top)) <= TOUCHING
        for box in screen.widgets.boxes
    )


def _has_empty_cell(label: Rect, screen: Screen) -> bool:
    """Whether the cell right of a label's own is empty."""
    cell = holder_of(label, screen)
    return cell is not None and any(
        abs(box.left - cell.right) <= TOUCHING
        and box.overlap_down(label) > 0.8 * label.height
        and not text_in(box, screen)
        for box in screen.widgets.boxes
    )


def _count_in_row(label: Rect, screen: Screen) -> int:
    """How many texts stand in a label's row, as far as they follow one another."""
    row = sorted([line.box for line in _others(label, screen) if _is_level(line, label)] + [label])
    place = row.index(label)
    count = 1
    for step in (-1, 1):
        here = place
        while 0 <= here + step < len(row):
            left, right = sorted((row[here], row[here + step]))
            if right.left - left.right >= FARTHEST_RIGHT * label.height:
                break
            here, count = here + step, count + 1
    return count
