"""What a piece of text is drawn with: how tall its letters stand, in which colour, on which ground."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sightline.tools.rect import Rect

Colour = tuple[int, int, int]
EMPTY = Rect(0, 0, 0, 0)
DRAWN = 60
"""A pixel this far (of 255) from the ground of an outline was drawn on it."""


class Ink(NamedTuple):
    """``height`` is in pixels, from the top of the tallest letter to the bottom of the lowest."""

    height: int
    colour: Colour
    ground: Colour

    @property
    def chroma(self) -> int:
        """How far the colour is from grey, 0 to 255."""
        return max(self.colour) - min(self.colour)


def measure_ink(pixels: NDArray[np.uint8], box: Rect) -> Ink:
    """The ink of the text in a rectangle of a picture, which is taken to be what differs most from the usual colour."""
    box = box.within(pixels.shape[1], pixels.shape[0])
    part = pixels[box.top : box.bottom, box.left : box.right].astype(np.int16)
    if not part.size:
        return Ink(0, (0, 0, 0), (0, 0, 0))
    ground = np.median(part.reshape(-1, 3), axis=0)
    distance = np.abs(part - ground).max(axis=2)
    strongest = float(distance.max())
    inked = np.flatnonzero((distance > 0.4 * strongest).any(axis=1))
    colour = np.median(part[distance >= 0.75 * strongest], axis=0)
    height = int(inked[-1] - inked[0]) + 1 if strongest else 0
    return Ink(height, _colour(colour), _colour(ground))


def drawn_in(pixels: NDArray[np.uint8], box: Rect) -> Rect:
    """The rectangle around what is drawn inside an outline, its border left out; an empty one where nothing is."""
    inset = max(3, box.height // 8)
    inner = Rect(box.left + inset, box.top + inset, box.right - inset, box.bottom - inset)
    part = pixels[inner.top : inner.bottom, inner.left : inner.right].astype(np.int16)
    if not part.size:
        return EMPTY
    drawn = np.abs(part - np.median(part.reshape(-1, 3), axis=0)).max(axis=2) > DRAWN
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not len(rows):
        return EMPTY
    edges = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return Rect(*map(int, edges)).shifted(inner.left, inner.top)


def core_of(box: Rect) -> Rect:
    """The rectangle of a line of text without its rim, where the lines of a table may stand."""
    across, down = box.height // 8, box.height // 4
    return Rect(box.left + across, box.top + down, box.right - across, box.bottom - down)


def measure_weight(pixels: NDArray[np.uint8], box: Rect) -> float:
    """How thick the strokes of the text in a rectangle are, in pixels: twice their area by the length of their edges.

    Only the core of the rectangle is looked at.
    """
    core = core_of(box)
    part = pixels[core.top : core.bottom, core.left : core.right].astype(np.float32)
    if not part.size:
        return 0.0
    distance = np.abs(part - np.median(part.reshape(-1, 3), axis=0)).max(axis=2)
    edges = np.abs(np.diff(distance, axis=0)).sum() + np.abs(np.diff(distance, axis=1)).sum()
    return float(2 * distance.sum() / edges) if edges else 0.0


def _colour(values: NDArray[np.float64]) -> Colour:
    red, green, blue = (int(value) for value in values)
    return red, green, blue
