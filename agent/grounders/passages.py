"""Where on a screen a label is written: as a line, within one, or over several that follow one another."""

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from sightline.agent.grounders.matching import LOOKS_SAME, PART_OF, SAME_WORDS, Spelling, matches, spell
from sightline.agent.grounders.verbatim import find_verbatim
from sightline.tools.ocr import Line
from sightline.tools.rect import Rect, hull
from sightline.tools.sight import Screen

MOST_LINES = 12


@dataclass(frozen=True)
class Passage:
    """A text on the screen that says the label: all of it, and its first line, which is where to click it."""

    text: str
    box: Rect
    first: Rect
    likeness: float


def find_passages(label: str, screen: Screen) -> list[Passage]:
    """Everything on the screen that says the label, the likest first."""
    wanted = spell(label)
    if not wanted.plain:
        return []
    found = [
        Passage(line.text, part, part, match.likeness)
        for line in screen.lines
        for match in matches(wanted, spell(line.text))
        for part in (line.part(match.start, match.stop),)
    ]
    if max((passage.likeness for passage in found), default=0.0) < LOOKS_SAME:
        found += _over_lines(wanted, screen)
    return sorted(found, key=lambda passage: -passage.likeness)


def find_verbatim_passages(label: str, screen: Screen) -> list[Passage]:
    """Everything on the screen that says the label to the letter, the likest first."""
    found = [
        Passage(line.text, part, part, match.likeness)
        for line in screen.lines
        for match in find_verbatim(label, line.text)
        for part in (line.part(match.start, match.stop),)
    ]
    wanted = spell(label)
    if not found and wanted.plain:
        found = [passage for passage in _over_lines(wanted, screen) if find_verbatim(label, passage.text)]
    return sorted(found, key=lambda passage: -passage.likeness)


def _over_lines(wanted: Spelling, screen: Screen) -> list[Passage]:
    """The label where it runs over several lines, or from one to its neighbour in the row."""
    found: list[Passage] = []
    for line in screen.lines:
        for start in _starts(wanted, line):
            for chain in _chains(wanted.folded[len(spell(line.text).folded) - start :], [line], screen):
                text = " ".join(part.text for part in chain)
                same = wanted.plain in spell(text).plain
                first = line.part(spell(line.text).places[start], len(line.text))
                box = hull([first, *(part.box for part in chain[1:])])
                part = PART_OF if len(spell(text).folded) > len(wanted.folded) else 0.0
                likeness = (SAME_WORDS if same else LOOKS_SAME) - 0.004 * len(chain) - part
                found.append(Passage(text, box, first, likeness))
    return found


def _starts(wanted: Spelling, line: Line) -> Iterator[int]:
    """The places in the spelling of a line from which to its end the label begins; mid-line only for long labels."""
    said = spell(line.text)
    for start in range(max(len(said.folded) - len(wanted.folded), 0), len(said.folded)):
        rest = said.folded[start:]
        if start and (len(wanted.folded) < 12 or not said.starts_word(start)):
            continue
        if len(rest) < len(wanted.folded) and _alike(rest, wanted.folded[: len(rest)]):
            yield start


def _chains(rest: str, chain: list[Line], screen: Screen) -> Iterator[list[Line]]:
    """The ways in which the rest of a label goes on after a chain of lines."""
    if len(chain) >= MOST_LINES:
        return
    for line in screen.followers(chain[-1]):
        said = spell(line.text)
        if not said.folded or line in chain:
            continue
        if len(said.folded) >= len(rest):
            if _alike(said.folded[: len(rest)], rest) and said.ends_word(len(rest)):
                yield [*chain, line]
        elif _alike(said.folded, rest[: len(said.folded)]):
            yield from _chains(rest[len(said.folded) :], [*chain, line], screen)


def _alike(one: str, other: str) -> bool:
    return one == other or (len(one) >= 12 and fuzz.ratio(one, other) >= 92)
