"""Reading a screen for a script: is a text there, what does a value say, is a box checked."""

import re

from sightline.agent.grounders.controls import mark_of
from sightline.agent.grounders.phrases import Query, Relation, parse
from sightline.agent.grounders.resolve import Target, meant, resolve, select
from sightline.agent.grounders.text import ScreenText
from sightline.agent.grounders.values import text_in, values_of
from sightline.environments.base import Observation
from sightline.tasks.records import Ambiguous, Found, NotFound
from sightline.tools.rect import Rect
from sightline.tools.sight import Sight


def visible(text: str, observation: Observation, sight: Sight, *, verbatim: bool = True) -> Found | NotFound:
    """Where a text, or what a phrase names, is on the screen; the first place where there are several.

    It must be there to the letter, unless `verbatim` is False: then a text that may be it, misread, counts as well. A
    sentence that runs over several lines is found as one; a text that is part of a longer word is not there.
    """
    screen = ScreenText(sight.look(observation.frame.pixels), verbatim=verbatim)
    found = resolve(parse(text, statement=True), screen, observation.frame.id)
    return found.candidates[0] if found.kind == "ambiguous" else found


def value_of(phrase: str, observation: Observation, sight: Sight) -> str | NotFound:
    """What stands where a phrase points.

    ``Note column in the row of Ada`` is what the cell says in which they meet, and so is ``Note in the row of Ada``;
    ``Name field`` is what the field holds; ``the text right of "Balance"`` and ``the third line below Notes`` are texts
    told by their place; and a label alone, ``Total``, gives the value that belongs to it (`values_of`).
    """
    screen = sight.look(observation.frame.pixels)
    source = ScreenText(screen)
    last = parse(phrase).readings[-1]
    cell = _cell(last, source)
    if cell or (cell is not None and last.role == "column"):
        return cell
    if last.role == "text" and not last.label:
        texts = select(last, source)
        if texts:
            return texts[0].text
    answer = resolve(phrase, source, observation.frame.id)
    if isinstance(answer, NotFound):
        return answer if cell is None else cell
    if isinstance(answer, Ambiguous):
        return NotFound(why=answer.why)
    box = Rect(answer.box.left, answer.box.top, answer.box.right, answer.box.bottom)
    if last.role in ("field", "select"):
        return text_in(box, screen)
    values = values_of(box, screen)
    if len(values) == 1:
        return values[0].text
    if not values:
        return NotFound(why=f"{phrase!r} is there, but no value beside or below it")
    either = " or ".join(f"{value.text!r}, the text {value.place} it" for value in values)
    return NotFound(why=f"its value may be {either}; say which, such as: text right of {phrase}")


def is_checked(found: Found, observation: Observation, sight: Sight) -> bool | None:
    """Whether the checkbox, radio button or switch that was found, or whose label was, looks checked; None for none."""
    screen = sight.look(observation.frame.pixels)
    box = Rect(found.box.left, found.box.top, found.box.right, found.box.bottom)
    point = Rect(found.point.x, found.point.y, found.point.x + 1, found.point.y + 1)
    under = [mark for mark in screen.widgets.marks if mark.box.grown(2).contains(point)]
    mark = under[0] if under else mark_of(box, screen)
    return mark.checked if mark else None


def _cell(query: Query, source: ScreenText) -> str | None:
    """What stands under the heading that a query names, in the row that its relations tell; empty when nothing does."""
    if not query.label or not any(relation.place == "row" for relation in query.relations):
        return None
    heading = parse(f'"{query.label}"')
    rows = [meant(anchor, source) for relation in query.relations for anchor in relation.anchors]
    if not meant(heading, source) or not all(rows):
        return None
    column = select(Query("", "text", None, (Relation("column", (heading,)),)), source)
    in_row = select(Query("", "text", None, (*query.relations, Relation("column", (heading,)))), source)
    said = " ".join(cell.text for cell in _wrapped(in_row, column, source.unit))
    return re.sub(r"(?<=\w-) ", "", said)  # a word that was wrapped at its hyphen


def _wrapped(cells: list[Target], column: list[Target], unit: float) -> list[Target]:
    """The texts of a cell with those of the column that follow so closely, up and down, that they are of one text."""
    grown = [text for text in column if any(abs(text.at[1] - cell.at[1]) < 1.1 * unit for cell in cells)]
    return cells if len(grown) <= len(cells) else _wrapped(grown, column, unit)
