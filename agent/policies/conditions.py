"""Whether a condition of a task file holds on the screen as it is now."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sightline.agent.grounders.base import Grounder
from sightline.agent.grounders.reading import is_checked, visible
from sightline.agent.grounders.verbatim import find_verbatim
from sightline.environments.base import Observation
from sightline.tasks.conditions import Condition
from sightline.tasks.records import Ambiguous, Found, NotFound
from sightline.tools.sight import Sight

WORTH_TELLING = 0.7
"""How like a text must be, 0 to 1, to be named as what stands there instead."""


@dataclass(frozen=True)
class Judgement:
    """Whether it holds, why, and where it was looked at."""

    holds: bool
    why: str
    grounding: Found | NotFound | Ambiguous | None = None


def judge(
    condition: Condition, now: Observation, grounder: Grounder, sight: Sight, fill: Callable[[str], str]
) -> Judgement:
    """Judge each part of a condition in turn; the first that does not hold decides."""
    verdicts: list[Judgement] = []
    if condition.visible is not None:
        verdicts.append(_visible(fill(condition.visible), now, sight))
    if condition.absent is not None:
        verdicts.append(_absent(fill(condition.absent), now, sight))
    if condition.checked is not None:
        verdicts.append(_checked(fill(condition.checked), True, now, grounder, sight))
    if condition.unchecked is not None:
        verdicts.append(_checked(fill(condition.unchecked), False, now, grounder, sight))
    if condition.location is not None:
        verdicts.append(_pattern("location", now.location, fill(condition.location)))
    if condition.title is not None:
        verdicts.append(_pattern("title", now.title, fill(condition.title)))
    if condition.window is not None:
        verdicts.append(_any("window", now.facts.ask("windows"), fill(condition.window)))
    if condition.process is not None:
        verdicts.append(_any("process", now.facts.ask("processes"), fill(condition.process)))
    if condition.clipboard is not None:
        verdicts.append(_pattern("clipboard", now.facts.ask("clipboard") or "", fill(condition.clipboard)))
    if condition.file is not None:
        verdicts.append(_file(fill(condition.file), now, condition, fill))
    elif condition.element is not None:
        verdicts.append(_element(fill(condition.element), now, condition, fill))
    elif condition.shell is not None:
        command = fill(condition.shell)
        verdicts.append(_told(f"output of {command!r}", now.facts.ask("shell", command), condition, fill))
    elif condition.phone_file is not None:
        path = fill(condition.phone_file)
        verdicts.append(_told(f"file {path!r} on the phone", now.facts.ask("phone_file", path), condition, fill))
    elif condition.value is not None:
        verdicts.append(_text("value", fill(condition.value), condition, fill))
    failed = next((verdict for verdict in verdicts if not verdict.holds), None)
    if failed is not None:
        return failed
    first = verdicts[0]
    return Judgement(True, "; ".join(verdict.why for verdict in verdicts), first.grounding)


def _visible(phrase: str, now: Observation, sight: Sight) -> Judgement:
    if now.dialog is not None and find_verbatim(phrase, now.dialog.message, read=False):
        return Judgement(True, f"{phrase!r} is in the open dialog")
    found = visible(phrase, now, sight)
    if isinstance(found, Found):
        return Judgement(True, f"{phrase!r} is visible at {found.box}", found)
    near = next((f"; nearest is {each.text!r}" for each in found.nearest if each.likeness >= WORTH_TELLING), "")
    return Judgement(False, f"{phrase!r} is not visible: {found.why}{near}", found)


def _absent(phrase: str, now: Observation, sight: Sight) -> Judgement:
    """Whether a text is not there, not even as one that may be it misread."""
    shown = _visible(phrase, now, sight)
    if shown.holds:
        return Judgement(False, shown.why, shown.grounding)
    near = visible(phrase, now, sight, verbatim=False)
    if isinstance(near, Found):
        return Judgement(False, f"{phrase!r} may be visible at {near.box}: {near.why}", near)
    return Judgement(True, shown.why, shown.grounding)


def _checked(phrase: str, wanted: bool, now: Observation, grounder: Grounder, sight: Sight) -> Judgement:
    found = grounder.find(phrase, now)
    if not isinstance(found, Found):
        return Judgement(False, found.why, found)
    state = is_checked(found, now, sight)
    said = {True: "is checked", False: "is not checked", None: "is no checkbox that can be recognised"}[state]
    return Judgement(state is wanted, f"{phrase!r} {said}", found)


def _fits(value: str, pattern: str) -> bool:
    """Whether a known text is what a pattern says, letter for letter; ``*`` stands for anything."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value, re.DOTALL))


def _pattern(name: str, value: str, pattern: str) -> Judgement:
    holds = _fits(value, pattern)
    return Judgement(holds, f"{name} is {value!r}" + ("" if holds else f", expected {pattern!r}"))


def _any(name: str, values: str | None, pattern: str) -> Judgement:
    """Whether one of the lines fits a pattern."""
    if values is None:
        return Judgement(False, f"this environment has no {name} to look for {pattern!r}")
    for value in values.split("\n"):
        if _fits(value, pattern):
            return Judgement(True, f"{name} {value!r} is there")
    return Judgement(False, f"no {name} {pattern!r}")


def _file(path: str, now: Observation, condition: Condition, fill: Callable[[str], str]) -> Judgement:
    return _told(f"file {path!r}", now.facts.ask("file", path), condition, fill)


def _element(name: str, now: Observation, condition: Condition, fill: Callable[[str], str]) -> Judgement:
    found = next((element for element in now.elements if element.name.casefold() == name.casefold()), None)
    if found is None:
        return Judgement(False, f"there is no element {name!r}")
    return _told(f"{found.role} {name!r}", found.value or found.name, condition, fill)


def _told(name: str, text: str | None, condition: Condition, fill: Callable[[str], str]) -> Judgement:
    if text is None:
        return Judgement(False, f"{name} cannot be read")
    if condition.equals is condition.contains is condition.matches is None:
        return Judgement(True, f"{name} is there")
    return _text(name, text, condition, fill)


def _text(name: str, value: str, condition: Condition, fill: Callable[[str], str]) -> Judgement:
    shown = value if len(value) <= 80 else value[:77] + "..."
    if condition.equals is not None and value != (wanted := fill(condition.equals)):
        return Judgement(False, f"{name} is {shown!r}, expected {wanted!r}")
    if condition.contains is not None and (wanted := fill(condition.contains)) not in value:
        return Judgement(False, f"{name} is {shown!r}, expected it to contain {wanted!r}")
    if condition.matches is not None and not re.search(wanted := fill(condition.matches), value):
        return Judgement(False, f"{name} is {shown!r}, expected it to match {wanted!r}")
    return Judgement(True, f"{name} is {shown!r}")
