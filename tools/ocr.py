"""Reading the text in a picture: rapidocr with the models inside its own package, on OpenVINO or onnxruntime.

The angle classifier stays off: it turns upright words of user interfaces upside down. Nothing is ever downloaded; the
model files are named, so rapidocr has no reason to look for others.
"""

import logging
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any, Literal, Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sightline.tools.errors import InputError, Unavailable
from sightline.tools.rect import Rect

Pixels = NDArray[np.uint8]
InstalledEngine = Literal["openvino", "onnxruntime"]
Engine = Literal["auto"] | InstalledEngine

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"
SMALL_SIDE = 400
"""A picture whose shorter side is below this many pixels is enlarged twice before text is looked for in it."""
LONG_SIDE = 2000
"""A picture whose longer side is above this many pixels is shrunk to it: the detector misses very large letters."""
SMALL_LINE = 15
"""Unless the usual line is then less than this many pixels high: the screen is not a dense one but a large one."""
LEAST_SCORE = 0.5
BEFORE_TEXT = re.compile(r"(?:[□☐☑☒▢■○◯●◎◉]\s*|口\s+(?=[A-Za-z]))+(?=\S)")
REMEMBERED_CROPS = 4000
LEAST_EM = 0.6
"""An em is at least this share of the height of a line's box, which the detector makes generous."""
MARGIN = 0.3
"""How many em of ground a line's box keeps beside its first and last character."""
JOINED_GAP, SPACED_GAP = 0.62, 0.9
"""Characters further apart than this many em, read without and with a blank between them, are of two texts."""


@dataclass(frozen=True)
class Line:
    """One line of text: what it says, where it is, how sure the reader is (0 to 1).

    ``middles`` holds the x pixel of the middle of each character of ``text``, so that a part of a line can be placed.
    """

    text: str
    box: Rect
    score: float
    middles: tuple[float, ...]

    def part(self, start: int, stop: int) -> Rect:
        """The rectangle of ``text[start:stop]``."""
        left = self.box.left if start <= 0 else round((self.middles[start - 1] + self.middles[start]) / 2)
        right = self.box.right if stop >= len(self.text) else round((self.middles[stop - 1] + self.middles[stop]) / 2)
        return Rect(left, self.box.top, max(right, left + 1), self.box.bottom)

    def shifted(self, dx: int, dy: int) -> "Line":
        return Line(self.text, self.box.shifted(dx, dy), self.score, tuple(x + dx for x in self.middles))


def unmarked(line: Line) -> Line:
    """The line without a checkbox or radio button before it, which the recogniser takes for a character."""
    match = BEFORE_TEXT.match(line.text)
    if match is None:
        return line
    first = match.end()
    return Line(line.text[first:], line.part(first, len(line.text)), line.score, line.middles[first:])


def separated(line: Line) -> list[Line]:
    """The line cut where its characters stand so far apart that it was several texts: cells, an icon and a word."""
    shown = [index for index, character in enumerate(line.text) if not character.isspace()]
    widths = {index: _width(line.text[index]) for index in shown}
    pairs = list(pairwise(shown))
    pitches = [2 * (line.middles[b] - line.middles[a]) / (widths[a] + widths[b]) for a, b in pairs if b == a + 1]
    em = max(median(pitches) if pitches else 0.0, LEAST_EM * line.box.height)
    cuts: list[tuple[int, int]] = []
    for a, b in pairs:
        gap = (line.middles[b] - line.middles[a]) / em - (widths[a] + widths[b]) / 2
        if gap > (JOINED_GAP if b == a + 1 else SPACED_GAP) and not line.text[a] == line.text[b] == ".":
            cuts.append((a, b))
    ends = [*(a for a, _ in cuts), *shown[-1:]]
    parts = zip([*shown[:1], *(b for _, b in cuts)], ends, strict=True)
    return [_cut(line, first, last, em) for first, last in parts]


def _cut(line: Line, first: int, last: int, em: float) -> Line:
    """The characters `first` to `last` of a line, without what else stands in its box: an icon, another text."""
    left = max(line.box.left, round(line.middles[first] - em * (_width(line.text[first]) / 2 + MARGIN)))
    right = min(line.box.right, round(line.middles[last] + em * (_width(line.text[last]) / 2 + MARGIN)))
    box = Rect(left, line.box.top, max(right, left + 1), line.box.bottom)
    return Line(line.text[first : last + 1], box, line.score, line.middles[first : last + 1])


def _width(character: str) -> float:
    """About how wide a character is, in em, in a usual typeface of user interfaces."""
    if character > "\u2e7f":
        return 1.0
    if character in "iljI|!.,:;'`":
        return 0.28
    if character in 'ftr()[]{}-"1/\\':
        return 0.38
    if character in "mwMW@%—":
        return 0.85
    return 0.68 if character.isupper() else 0.55


class _Detected(Protocol):
    boxes: NDArray[np.float32]


class _Word(Protocol):
    words: list[list[str]]
    word_cols: list[list[int]]
    line_txt_len: float


class _Recognised(Protocol):
    txts: tuple[str, ...]
    scores: tuple[float, ...]
    word_results: tuple[_Word, ...]


class _RapidOCR(Protocol):
    """What is used of rapidocr.RapidOCR, which carries no types."""

    def detect_and_crop(self, img: Pixels, op_record: dict[str, Any]) -> tuple[list[Pixels], _Detected]: ...

    def recognize_txt(self, img: list[Pixels]) -> _Recognised: ...


class Reader:
    """Reads text lines from pictures; made once and kept, because the models take half a second to load.

    Raises InputError for an engine that is not known, Unavailable when the engine or the models are not installed.
    """

    def __init__(self, engine: Engine = "auto") -> None:
        self.engine: InstalledEngine = choose_engine(engine)
        self._known: dict[bytes, tuple[str, float, tuple[float, ...]]] = {}
        self._large: set[tuple[int, ...]] = set()

    def read(self, pixels: Pixels) -> list[Line]:
        """The text lines of a picture (height x width x 3, red green blue), in its pixels, in reading order."""
        zoom = self.zoom(pixels)
        lines = self.read_at(pixels, zoom)
        if zoom < 1 and lines and zoom * median(line.box.height for line in lines) < SMALL_LINE:
            self._large.add(pixels.shape)
            return self.read_at(pixels, 1)
        return lines

    def zoom(self, pixels: Pixels) -> float:
        """How many times a whole picture is enlarged, or by how much it is shrunk, before it is read."""
        if min(pixels.shape[:2]) < SMALL_SIDE:
            return 2
        return 1 if pixels.shape in self._large else min(1, LONG_SIDE / max(pixels.shape[:2]))

    def read_at(self, pixels: Pixels, zoom: float) -> list[Line]:
        """The same with the enlargement given, so that a cut-out is read as the whole picture was."""
        blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        if zoom != 1:
            way = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA
            blue_first = cv2.resize(blue_first, None, fx=zoom, fy=zoom, interpolation=way)
        crops, boxes = self._detect(cast(Pixels, blue_first))
        lines: list[Line] = []
        for box, (text, score, places) in zip(boxes, self._recognise(crops), strict=True):
            if score < LEAST_SCORE or not text.strip():
                continue
            place = Rect(int(box.left / zoom), int(box.top / zoom), ceil(box.right / zoom), ceil(box.bottom / zoom))
            middles = tuple(place.left + x * place.width for x in places)
            lines += separated(unmarked(Line(text, place, score, middles)))
        return sorted(lines, key=lambda line: (line.box.top, line.box.left))

    def read_each(self, pixels: Pixels, places: Sequence[Rect]) -> list[Line]:
        """What stands in each of these places, taken to be one line of text; without those that say nothing."""
        height, width = pixels.shape[:2]
        inside = [place.within(width, height) for place in places]
        crops = [cv2.cvtColor(pixels[box.top : box.bottom, box.left : box.right], cv2.COLOR_RGB2BGR) for box in inside]
        return [
            Line(text, box, score, tuple(box.left + x * box.width for x in middles))
            for box, (text, score, middles) in zip(inside, self._recognise(cast(list[Pixels], crops)), strict=True)
            if text.strip()
        ]

    @cached_property
    def _rapid(self) -> _RapidOCR:
        return load_rapidocr(self.engine)

    def _detect(self, pixels: Pixels) -> tuple[list[Pixels], list[Rect]]:
        from rapidocr.main import RapidOCRError

        try:
            crops, found = self._rapid.detect_and_crop(pixels, {})
        except RapidOCRError:  # how rapidocr says that there is no text
            return [], []
        boxes = [
            Rect(int(quad[:, 0].min()), int(quad[:, 1].min()), int(quad[:, 0].max()) + 1, int(quad[:, 1].max()) + 1)
            for quad in found.boxes
        ]
        return crops, boxes

    def _recognise(self, crops: list[Pixels]) -> list[tuple[str, float, tuple[float, ...]]]:
        """What each crop says: text, score, and the middle of each character as a share of the crop's width."""
        keys = [repr(crop.shape).encode() + crop.tobytes() for crop in crops]
        missing = {key: crop for key, crop in zip(keys, crops, strict=True) if key not in self._known}
        if missing:
            if len(self._known) > REMEMBERED_CROPS:
                self._known.clear()
            said = self._rapid.recognize_txt(list(missing.values()))
            for key, text, score, word in zip(missing, said.txts, said.scores, said.word_results, strict=True):
                self._known[key] = (text, score, _middles(text, word))
        return [self._known[key] for key in keys]


def _middles(text: str, word: _Word) -> tuple[float, ...]:
    """Where the characters stand, from the columns at which the recogniser read them; blanks lie between.

    The recogniser may read a word late, in the padding after the picture; then usual widths are the better guide.
    """
    columns = iter([column for group in word.word_cols for column in group])
    places = [np.nan if character.isspace() else (next(columns) + 0.5) / word.line_txt_len for character in text]
    known = np.array(places)
    blank = np.isnan(known)
    if blank.all() or np.nanmax(known) > 1:
        widths = np.array([_width(character) for character in text])
        known = (np.cumsum(widths) - widths / 2) / widths.sum()
    else:
        known[blank] = np.interp(np.flatnonzero(blank), np.flatnonzero(~blank), known[~blank])
    return tuple(float(place) for place in known)


def choose_engine(engine: Engine) -> InstalledEngine:
    """The engine to use: ``auto`` takes OpenVINO where it is installed, else onnxruntime."""
    if engine == "auto":
        return "openvino" if find_spec("openvino") else choose_engine("onnxruntime")
    if engine not in ("openvino", "onnxruntime"):
        raise InputError(f"OCR engine {engine!r} is not known; expected auto, openvino or onnxruntime")
    if not find_spec(engine):
        raise Unavailable(f"OCR engine {engine!r} is not installed; expected the package, try: pip install {engine}")
    return engine


def keep_to_ourselves() -> None:
    """Keep both engines from reporting to their makers, which they do unless told not to before they are loaded.

    onnxruntime since 1.29 sends events to Microsoft and OpenVINO to Google Analytics; both write an identifier into the
    home folder. (https://github.com/microsoft/onnxruntime/pull/27379; openvino.tools.ovc falls back to its own stub
    when openvino_telemetry cannot be imported.)
    """
    for name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
        os.environ[name] = "1"
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))


def load_rapidocr(engine: InstalledEngine) -> _RapidOCR:
    """rapidocr on its packaged models, silent; raises Unavailable when it or its models are missing."""
    keep_to_ourselves()
    try:
        import rapidocr
    except ImportError as error:
        raise Unavailable(f"text cannot be read: {error}; try: pip install rapidocr") from None
    models = Path(rapidocr.__file__).parent / "models"
    for name in (DETECTOR, RECOGNISER):
        if not (models / name).is_file():
            raise Unavailable(f"OCR model {name} is not in the rapidocr package; try: pip install 'rapidocr>=3.10'")
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    kind = rapidocr.EngineType(engine)
    settings: dict[str, Any] = {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.use_vertical_padding": False,
        "Global.return_word_box": True,
        "Det.engine_type": kind,
        "Det.model_path": str(models / DETECTOR),
        "Det.limit_type": "max",
        "Det.limit_side_len": 1 << 15,
        "Det.box_thresh": 0.4,
        "Rec.engine_type": kind,
        "Rec.model_path": str(models / RECOGNISER),
        # More threads spin: they cost 60 % more processor time and gain nothing on a busy machine.
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    return cast(_RapidOCR, rapidocr.RapidOCR(params=settings))
