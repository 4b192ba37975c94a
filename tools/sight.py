"""What a screen says, remembered from look to look: text lines and the outlines of controls."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from sightline.tools.ink import Ink, drawn_in, measure_ink
from sightline.tools.ocr import Engine, Line, Reader
from sightline.tools.rect import Rect, hull
from sightline.tools.widgets import Widgets, find_widgets

Pixels = NDArray[np.uint8]

TILE = 16
"""Change is looked for in squares of this many pixels."""
MOST_CHANGED = 0.45
"""A screen of which more than this share changed is read anew as a whole."""
UNREAD_HEIGHT = 16.0
SHORT = 2
"""A text of at most so many characters is easily missed or misread."""
SURE = 0.75
"""What the reader must score to be believed about one."""


@dataclass(frozen=True, eq=False)
class Screen:
    """One picture and the text lines in it, in reading order; the controls are looked for when first asked for."""

    pixels: Pixels = field(repr=False)
    lines: tuple[Line, ...]
    reader: Reader | None = field(default=None, repr=False)
    _inks: dict[Rect, Ink] = field(default_factory=dict[Rect, Ink], repr=False)

    @cached_property
    def text_height(self) -> float:
        """The usual height of a line of text, in pixels: the measure of every other distance."""
        return median(line.box.height for line in self.lines) if self.lines else UNREAD_HEIGHT

    def followers(self, line: Line) -> list[Line]:
        """The lines that may go on where this one ends: beside it in its row, or below it in the same paragraph."""
        return [other for other in self.lines if other is not line and _follows(line.box, other.box)]

    def ink(self, box: Rect) -> Ink:
        """What the text in a rectangle is drawn with."""
        if box not in self._inks:
            self._inks[box] = measure_ink(self.pixels, box)
        return self._inks[box]

    @cached_property
    def widgets(self) -> Widgets:
        words = [line.box for line in self.lines if sum(letter.isalnum() for letter in line.text) > 1]
        return find_widgets(self.pixels, words, self.text_height)

    @cached_property
    def closer(self) -> "Screen":
        """The screen with labels of a sign or two, which are easily missed, read anew inside each outline."""
        doubtful = [line for line in self.lines if len(line.text) <= SHORT and line.score < SURE]
        sure = [line for line in self.lines if line not in doubtful]
        read = [line for place in self._lone_signs(sure) if (line := self._read_sign(place))]
        left = [line for line in doubtful if not any(line.box.meets(other.box) for other in read)]
        return Screen(self.pixels, (*sure, *left, *read), self.reader)

    def _lone_signs(self, lines: list[Line]) -> list[Rect]:
        """What is drawn in outlines that hold none of these lines, where it has the size of a sign or two."""
        unit = self.text_height
        outlines = [box for box in self.widgets.boxes if box.height < 6 * unit]
        drawn = [drawn_in(self.pixels, box) for box in outlines if not any(box.meets(line.box) for line in lines)]
        return [ink for ink in drawn if 0 < ink.width < 2.5 * unit and ink.height < 1.4 * unit]

    def _read_sign(self, ink: Rect) -> Line | None:
        """The likeliest reading of what is drawn there, with less and more ground around it; None for an unsure one."""
        if self.reader is None:
            return None
        middle = ink.middle[1]
        places = [
            Rect(ink.left - beside, round(middle - half), ink.right + beside, round(middle + half))
            for beside, half in ((4, 0.5 * self.text_height), (6, 0.7 * self.text_height), (10, 0.8 * self.text_height))
        ]
        best = max(self.reader.read_each(self.pixels, places), key=lambda line: line.score, default=None)
        return replace(best, box=ink.grown(3)) if best and best.score >= SURE else None


def _follows(line: Rect, other: Rect) -> bool:
    unit = max(line.height, other.height)
    if min(line.height, other.height) < 0.5 * unit:
        return False
    lower = other.middle[1] - line.middle[1]
    beside = abs(lower) < 0.4 * unit and -0.5 * unit <= other.left - line.right < 16 * unit
    below = 0.4 * unit <= lower < 2.2 * unit and line.overlap_across(other) > 0
    return beside or below


class Sight:
    """Looks at pictures of one screen, and reads again only what changed since the last look.

    Sights of several screens may share a reader, whose models take half a second to load.
    """

    def __init__(self, engine: Engine = "auto", reader: Reader | None = None) -> None:
        self.reader = reader or Reader(engine)
        self._last: Screen | None = None

    def look(self, pixels: Pixels) -> Screen:
        """The text and controls in a picture (height x width x 3, red green blue), in its pixels."""
        last = self._last
        if last is not None and last.pixels.shape == pixels.shape:
            if last.pixels is pixels or np.array_equal(last.pixels, pixels):
                return last
            changed = changed_regions(last, pixels)
            if sum(region.area for region in changed) <= MOST_CHANGED * pixels.shape[0] * pixels.shape[1]:
                self._last = Screen(pixels, self._reread(last, pixels, changed), self.reader)
                return self._last
        self._last = Screen(pixels, tuple(self.reader.read(pixels)), self.reader)
        return self._last

    def _reread(self, last: Screen, pixels: Pixels, changed: list[Rect]) -> tuple[Line, ...]:
        lines = [line for line in last.lines if not any(line.box.meets(region) for region in changed)]
        for region in changed:
            cut = pixels[region.top : region.bottom, region.left : region.right]
            zoom = self.reader.zoom(pixels)
            lines += [line.shifted(region.left, region.top) for line in self.reader.read_at(cut, zoom)]
        return tuple(sorted(lines, key=lambda line: (line.box.top, line.box.left)))


def changed_regions(last: Screen, pixels: Pixels) -> list[Rect]:
    """The rectangles in which a picture differs from the last one, grown around every line of text they touch."""
    height, width = pixels.shape[:2]
    rows, columns = -(-height // TILE), -(-width // TILE)
    tiles = np.zeros((rows * TILE, columns * TILE), np.uint8)
    tiles[:height, :width] = (cv2.absdiff(last.pixels, pixels).max(axis=2) > 0).astype(np.uint8)
    tiles = tiles.reshape(rows, TILE, columns, TILE).max(axis=(1, 3))
    tiles = cv2.dilate(tiles, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(tiles, connectivity=8)
    regions = [
        Rect(x * TILE, y * TILE, (x + w) * TILE, (y + h) * TILE).within(width, height)
        for x, y, w, h, _ in stats[1:].tolist()
    ]
    frame = [line.box.grown(6).within(width, height) for line in last.lines]
    return _joined(regions, frame)


def _joined(regions: list[Rect], lines: list[Rect]) -> list[Rect]:
    """The regions, each grown to hold the lines it meets, and merged where they meet each other."""
    merged: list[Rect] = []
    pending = list(regions)
    while pending:
        region = pending.pop()
        touching = [line for line in lines if line.meets(region)]
        grown = hull([region, *touching])
        others = [other for other in merged if other.meets(grown)]
        merged = [other for other in merged if other not in others]
        grown = hull([grown, *others])
        if grown == region:
            merged.append(region)
        else:
            pending.append(grown)
    return merged
