"""How alike a label and a text on the screen are, letter by letter."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

IDENTICAL, SAME_LETTERS, SAME_WORDS, LOOKS_SAME, CUT_OFF = 1.0, 0.99, 0.96, 0.94, 0.86
"""Likeness: to the last sign; but for punctuation; but for case; but for misread letters; but for a cut-off end."""
SET_OFF = 0.005
"""What it costs to be one of several texts in a line, set off by signs, an icon or a number."""
PART_OF, SMALL_PART_OF = 0.1, 0.13
"""What it costs to be words within a longer line, half of it or more, or less."""

_SET_OFF_BEFORE = re.compile(r"^\W*\w\s+$|[|•·>»›/:,;(\[–—→]\s*$|^\W+$")
_SET_OFF_AFTER = re.compile(r"^\s*[|•·>»›/:,;)\]–—→]|^\W*(?:\w|\d{1,3})?\W*$")

_CONFUSED = str.maketrans("01iı|582łq口一力二工夕卜八へべぺり丨", "ollllsbzloローカニエタトハヘベペリl")
"""Characters that a reader of pictures takes for one another, as one of the two."""


class Match(NamedTuple):
    """``text[start:stop]`` is what the label names; `likeness` runs from 0 to 1."""

    start: int
    stop: int
    likeness: float


@dataclass(frozen=True)
class Spelling:
    """A text as it is compared: without blanks and punctuation, without case, with look-alikes made one.

    ``places`` tells for each of its characters which character of ``text`` it comes from.
    """

    text: str
    cased: str
    plain: str
    folded: str
    places: tuple[int, ...]

    def starts_word(self, place: int) -> bool:
        """Whether a word starts at this character of the plain spelling; each ideograph is a word of its own."""
        index = self.places[place]
        return index == 0 or not _are_one_word(self.text[index - 1], self.text[index])

    def ends_word(self, place: int) -> bool:
        """Whether a word ends just before this character of the plain spelling."""
        index = self.places[place - 1]
        return index + 1 >= len(self.text) or not _are_one_word(self.text[index], self.text[index + 1])


@lru_cache(maxsize=8192)
def spell(text: str) -> Spelling:
    """The spelling of a text; signs count only where there is nothing else."""
    kept = [(index, letter) for index, letter in letters(text) if letter.isalnum()]
    if not kept:
        kept = [(index, letter) for index, letter in letters(text) if not letter.isspace()]
    cased = "".join(letter for _, letter in kept)
    # Folding case may lengthen a text (ß); then places are taken letter by letter.
    plain = [(index, small) for index, letter in kept for small in letter.casefold()]
    word = "".join(small for _, small in plain)
    return Spelling(text, cased, word, _fold_all(word), tuple(index for index, _ in plain))


def matches(label: Spelling, line: Spelling) -> list[Match]:
    """Where a line says the label, by the best way in which it does; empty when it does not."""
    if not label.plain or not line.plain:
        return []
    whole = _whole(label, line)
    if whole:
        return [Match(0, len(line.text), whole)]
    inside = list(_inside(label, line))
    if inside:
        best = max(match.likeness for match in inside)
        return [match for match in inside if match.likeness > best - 0.02]
    misread = _misread(label, line)
    return [misread] if misread else []


def likeness(label: str, text: str) -> float:
    """A rough likeness from 0 to 1, to name what came near."""
    return fuzz.WRatio(spell(label).plain, spell(text).plain) / 100


def _whole(label: Spelling, line: Spelling) -> float:
    if label.plain == line.plain:
        if label.cased != line.cased:
            return SAME_WORDS
        return IDENTICAL if _squeeze(label.text) == _squeeze(line.text) else SAME_LETTERS
    if len(label.plain) >= 2 and label.folded == line.folded:
        return LOOKS_SAME
    cut = re.search(r"\s*(?:…|\.\.\.?)$", line.text)
    if cut and len(line.plain) >= 4 and label.folded.startswith(line.folded):
        return CUT_OFF
    return 0.0


def _inside(label: Spelling, line: Spelling) -> Iterator[Match]:
    """The places inside a longer line where the label stands as words of their own."""
    size = len(label.folded)
    start = line.folded.find(label.folded)
    while start >= 0:
        stop = start + size
        if line.starts_word(start) and line.ends_word(stop):
            first, last = line.places[start], line.places[stop - 1] + 1
            if line.plain[start:stop] != label.plain:
                whole = LOOKS_SAME
            else:
                whole = SAME_LETTERS if line.cased[start:stop] == label.cased else SAME_WORDS
            yield Match(first, last, whole - cost_within(line.text, first, last))
            start = line.folded.find(label.folded, stop)
        else:
            start = line.folded.find(label.folded, start + 1)


def cost_within(text: str, start: int, stop: int) -> float:
    """What it costs ``text[start:stop]`` to be only a part of the text."""
    if _SET_OFF_BEFORE.search(text[:start] or "|") and _SET_OFF_AFTER.search(text[stop:] or "|"):
        return SET_OFF
    return PART_OF if 2 * len(spell(text[start:stop]).plain) >= len(spell(text).plain) else SMALL_PART_OF


def _misread(label: Spelling, line: Spelling) -> Match | None:
    """The label with a few letters read wrongly: not one with an ending more or less, nor with another number."""
    size = len(label.folded)
    allowed = 0 if size < 5 else 1 if size < 10 else 2 if size < 18 else size // 8
    if not allowed:
        return None
    if abs(len(line.folded) - size) <= allowed:
        distance = Levenshtein.distance(label.folded, line.folded, score_cutoff=allowed)
        if distance <= allowed and _is_slip(label, line.plain):
            return Match(0, len(line.text), 0.62 + 0.2 * (1 - distance / size))
    if size < 8 or len(line.folded) < size:
        return None
    near = fuzz.partial_ratio_alignment(label.folded, line.folded, score_cutoff=85)
    if near is None or near.dest_end <= near.dest_start:
        return None
    start = near.dest_start
    for stop in sorted(
        range(start + size - allowed, start + size + allowed + 1), key=lambda stop: abs(stop - start - size)
    ):
        if not (stop <= len(line.folded) and line.starts_word(start) and line.ends_word(stop)):
            continue
        distance = Levenshtein.distance(label.folded, line.folded[start:stop], score_cutoff=allowed)
        if distance <= allowed and _is_slip(label, line.plain[start:stop]):
            return Match(line.places[start], line.places[stop - 1] + 1, 0.55 + 0.15 * (1 - distance / size))
    return None


def _is_slip(label: Spelling, said: str) -> bool:
    """Whether the difference is one a reader makes: within a word, and never in a digit."""
    for edit in Levenshtein.opcodes(label.plain, said):
        wanted, read = label.plain[edit.src_start : edit.src_end], said[edit.dest_start : edit.dest_end]
        if any(letter.isdigit() for letter in wanted + read) and _fold_all(wanted) != _fold_all(read):
            return False
        at_end = edit.src_start == 0 or edit.src_end == len(label.plain)
        if edit.tag in ("insert", "delete") and at_end:
            return False
    return True


def letters(text: str) -> Iterator[tuple[int, str]]:
    """Each letter of a text as it is compared, and the place in the text that it comes from."""
    for index, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character):
            yield index, letter


def _fold_all(text: str) -> str:
    """The text with accents dropped and look-alikes made one, letter for letter."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text).translate(_CONFUSED)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _are_one_word(one: str, other: str) -> bool:
    return one.isalnum() and other.isalnum() and not is_ideograph(one) and not is_ideograph(other)


def is_ideograph(character: str) -> bool:
    """Whether a character is a word by itself: Chinese, Japanese, Korean."""
    return "\u2e80" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" or character > "\U00020000"
