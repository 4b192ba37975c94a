"""From the readings of a phrase to one thing on the screen: shared by every grounder that knows several candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sightline.agent.grounders.phrases import Phrase, Query, Relation, parse
from sightline.agent.grounders.places import NOWHERE, distances
from sightline.agent.grounders.roles import Role
from sightline.environments.geometry import Box, Point
from sightline.tasks.records import Ambiguous, Candidate, Found, NotFound
from sightline.tools.rect import Rect

SURE = 0.93
"""A reading of a phrase that is met at least this well is taken before less literal readings are tried."""
AS_GOOD = 0.015
"""Things whose scores differ by less fit equally well."""
COUNTED = 0.06
"""Things are counted (the *second* one) when their scores differ by less."""
MOST_NAMED = 5


@dataclass(frozen=True)
class Target:
    """A thing a phrase may mean: its rectangle, where to click it, how well it fits (0 to 1), what it is in words.

    ``text`` is what is written on it, empty where nothing is; ``met`` tells whether the control that was asked for is
    there, or only its label.
    """

    box: Rect
    at: tuple[int, int]
    score: float
    what: str
    text: str = ""
    met: bool = True


class Source(Protocol):
    """Something that knows what is on a screen."""

    @property
    def unit(self) -> float:
        """The usual height of a line of text, in pixels."""
        ...

    def targets(self, label: str, role: Role | None) -> Sequence[Target]:
        """All that may be meant by a label and a role; an empty label leaves all of that role."""
        ...

    def nearest(self, label: str) -> Sequence[tuple[str, Rect, float]]:
        """What comes nearest to a label: its text, its rectangle, its likeness from 0 to 1."""
        ...


def resolve(phrase: str | Phrase, source: Source, frame: str) -> Found | NotFound | Ambiguous:
    """The one thing on a frame that a phrase means; or that there is none, or several as good."""
    parsed = parse(phrase) if isinstance(phrase, str) else phrase
    if not any(query.label or query.role for query in parsed.readings):
        return NotFound(why="the phrase is empty; expected what to look for")
    targets = meant(parsed, source)
    if not targets:
        return _not_found(parsed, source, frame)
    hits = tuple(_found(target, frame, len(targets)) for target in targets)
    if len(hits) == 1:
        return hits[0]
    why = f"{len(hits)} things fit {parsed.text!r} equally well; an ordinal or a relation would tell them apart"
    return Ambiguous(why=why, candidates=hits)


def meant(phrase: Phrase, source: Source) -> list[Target]:
    """The things that fit the best reading of a phrase, equally well, in reading order; empty when nothing does."""
    best: list[Target] = []
    for query in phrase.readings:
        found = select(query, source)
        if not found:
            continue
        if found[0].score >= SURE:
            return found
        if not best or found[0].score >= best[0].score:
            best = found
    return best


def select(query: Query, source: Source) -> list[Target]:
    """The things that fit one reading equally well."""
    targets = list(source.targets(query.label, query.role))
    for relation in query.relations:
        targets = _related(targets, relation, source, nearest=query.ordinal is None)
    if not targets:
        return []
    best = max(target.score for target in targets)
    slack = AS_GOOD if query.ordinal is None else COUNTED
    equal = in_reading_order([target for target in targets if target.score > best - slack], source.unit)
    if query.ordinal is None:
        return equal
    index = query.ordinal - 1 if query.ordinal > 0 else query.ordinal
    return [equal[index]] if -len(equal) <= index < len(equal) else []


def _related(targets: list[Target], relation: Relation, source: Source, nearest: bool) -> list[Target]:
    """The targets that lie where the relation says; of the likest only the nearest, unless they are to be counted."""
    anchors = [[target.box for target in meant(anchor, source)] for anchor in relation.anchors]
    if not all(anchors):
        return []
    far = distances(relation.place, [target.box for target in targets], anchors, source.unit)
    there = [(distance, target) for distance, target in zip(far, targets, strict=True) if distance < NOWHERE]
    if not nearest or relation.place == "column":
        return [target for _, target in there]
    slack = 0.4 * source.unit
    best = max((target.score for _, target in there), default=0.0)
    least = min((distance for distance, target in there if target.score > best - COUNTED), default=0.0)
    return [target for distance, target in there if distance <= least + slack]


def in_reading_order(targets: Sequence[Target], unit: float) -> list[Target]:
    """Row by row from the top, each row from left to right; one place is named once."""
    rows: list[list[Target]] = []
    for target in sorted(targets, key=lambda target: target.at[1]):
        if rows and target.at[1] - rows[-1][0].at[1] < 0.6 * unit:
            rows[-1].append(target)
        else:
            rows.append([target])
    ordered = [target for row in rows for target in sorted(row, key=lambda target: target.at[0])]
    return [target for index, target in enumerate(ordered) if all(target.at != other.at for other in ordered[:index])]


def _found(target: Target, frame: str, rivals: int) -> Found:
    left, top, right, bottom = target.box
    box = Box(left=left, top=top, right=right, bottom=bottom, frame=frame)
    point = Point(x=target.at[0], y=target.at[1], frame=frame)
    return Found(point=point, box=box, confidence=round(min(target.score, 1.0) / rivals, 3), why=target.what)


def _not_found(phrase: Phrase, source: Source, frame: str) -> NotFound:
    query = phrase.readings[-1]
    for relation in query.relations:
        for anchor in relation.anchors:
            if not meant(anchor, source):
                return NotFound(why=f"there is no {anchor.text!r} to look from", nearest=_near(anchor, source, frame))
    there = list(source.targets(query.label, query.role))
    if there and query.relations:
        return NotFound(
            why=f"{query.label!r} is there, but not where {phrase.text!r} says", nearest=_named(there, frame)
        )
    if there:
        return NotFound(why=f"there are only {len(there)} that fit {phrase.text!r}", nearest=_named(there, frame))
    return NotFound(why=f"nothing on the screen reads like {phrase.text!r}", nearest=_near(phrase, source, frame))


def _near(phrase: Phrase, source: Source, frame: str) -> tuple[Candidate, ...]:
    nearest = source.nearest(phrase.readings[-1].label or phrase.text)
    return tuple(
        Candidate(text=text, box=Box(**box._asdict(), frame=frame), likeness=round(likeness, 3))
        for text, box, likeness in nearest[:MOST_NAMED]
    )


def _named(targets: Sequence[Target], frame: str) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(text=target.what, box=Box(**target.box._asdict(), frame=frame), likeness=min(target.score, 1.0))
        for target in targets[:MOST_NAMED]
    )
