"""How a family is told the goal and what happened so far: as a list of steps, or as a conversation with pictures."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sightline.agent.dialects.base import CannotSay, Dialect, Screen, Turn
from sightline.agent.dialects.messages import Conversation, Message, Picture
from sightline.environments.base import Element

Part = str | Picture

LONGEST = 200
"""Characters that what was done, and what came of it, may each take in one past step told in words."""
READ_AGAIN = 12
"""Past steps that are told in words after the picture: with each new picture the model reads all of them again."""


@dataclass(frozen=True)
class Request:
    """What the next action is asked for, and everything a prompt is written from.

    ``steps`` are those of the past turns that are told in words, the first of them the ``first``-th.
    """

    dialect: Dialect
    goal: str
    past: Sequence[Turn]
    picture: Picture
    screen: Screen
    elements: Sequence[Element] = ()
    steps: tuple[str, ...] = ()
    first: int = 1

    def telling(self, start: int, end: int) -> "Request":
        """The same with the turns from `start` to before `end` in words."""
        steps = tuple(in_words(turn, self.dialect, self.screen) for turn in self.past[start:end])
        return replace(self, steps=steps, first=start + 1)


Asking = Callable[[Request], Conversation]
"""Writes the conversation that asks for the next action."""
Words = Callable[[Request], str]


def no_words(_request: Request) -> str:
    """For families without a system prompt."""
    return ""


@dataclass(frozen=True)
class Steps:
    """One picture, the current one, and the past in words: nothing is remembered between requests.

    ``picture_first`` puts the picture before the words; ``start`` opens the answer.
    """

    user: Words
    system: Words = no_words
    picture_first: bool = False
    start: str = ""

    def __call__(self, request: Request) -> Conversation:
        turns = len(request.past)
        request = request.telling(max(0, turns - READ_AGAIN) if self.picture_first else 0, turns)
        parts: tuple[Part, ...] = (self.user(request), request.picture)
        opening = (Message("assistant", (self.start,)),) if self.start else ()
        user = Message("user", parts[::-1] if self.picture_first else parts)
        return (*_system(self.system(request)), user, *opening)


@dataclass(frozen=True)
class Turns:
    """A conversation: each picture a user's turn, each answer repeated as it was given.

    At most ``most`` pictures are shown. When there are more, all but the last two give way at once, so that the
    conversation stays a prefix of the next one, and a cache of it good, until there are too many again. ``older`` says
    what becomes of them: "omit" leaves the answers alone, "tell" turns picture and answer into a line of words in the
    first turn. ``around`` is written before and after a later picture.
    """

    user: Words
    system: Words = no_words
    most: int = 5
    older: Literal["omit", "tell"] = "omit"
    around: tuple[str, str] = ("", "")

    def __call__(self, request: Request) -> Conversation:
        turns = request.past
        kept = first_kept(len(turns) + 1, self.most)
        told = kept if self.older == "tell" else 0
        request = request.telling(0, told)
        opening = self.user(request)
        messages = list(_system(self.system(request)))
        pictures = [*(turn.picture for turn in turns), request.picture]
        for index in range(told, len(pictures)):
            seen = (pictures[index],) if index >= kept else ()
            parts = (opening, *seen) if index == told else self._later(turns[index - 1].result, seen)
            if parts:
                messages.append(Message("user", parts))
            if index < len(turns):
                messages.append(Message("assistant", (repeated(turns[index], request.dialect, request.screen),)))
        return tuple(messages)

    def _later(self, result: str, seen: tuple[Picture, ...]) -> tuple[Part, ...]:
        """A user's turn after the first: what came of the action before it, and the picture where it is shown."""
        before, after = self.around if seen else ("", "")
        words = f"{result}\n" if result else ""
        return tuple(part for part in (before, words, *seen, after) if part)


def first_kept(pictures: int, most: int) -> int:
    """The first of so many pictures that is shown when `most` (at least 2) may be: all others go, or all but two."""
    over = max(0, pictures - most)
    return -(-over // (most - 1)) * (most - 1)


def answers(past: Sequence[Turn]) -> list[Turn]:
    """The past with several actions of one answer joined into one turn."""
    turns: list[Turn] = []
    for turn in past:
        last = turns[-1] if turns else None
        if last and turn.decision.said and _same_answer(last, turn):
            result = "\n".join(filter(None, (last.result, turn.result)))
            turns[-1] = replace(last, result=result)
        else:
            turns.append(turn)
    return turns


def _same_answer(one: Turn, other: Turn) -> bool:
    return (
        one.decision.said == other.decision.said
        and one.picture.frame_id == other.picture.frame_id
        and not (one.edited or other.edited)
    )


def repeated(turn: Turn, dialect: Dialect, screen: Screen) -> str:
    """What the model said, or would have said for the action that was taken instead."""
    if turn.decision.said and not turn.edited:
        return turn.decision.said
    try:
        return dialect.write(turn.decision.action, turn.picture.canvas, screen=screen)
    except CannotSay:
        return turn.decision.action.model_dump_json()


_NAMED_ACTION = re.compile(r"^Action:[ \t]*(\S.*)", re.MULTILINE)


def in_words(turn: Turn, dialect: Dialect, screen: Screen) -> str:
    """A past step in one short line: the action as the model named it, else why it was done, and what came of it."""
    reason = "" if turn.edited else turn.decision.reason
    named = _NAMED_ACTION.findall(reason)
    told = " ".join((named[-1] if named else reason or repeated(turn, dialect, screen)).split())
    return f"{_short(told)} ({_short(turn.result)})" if turn.result else _short(told)


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


def numbered(request: Request, none: str = "None") -> str:
    """The steps told, a line each: ``Step 1: ...`` and so on."""
    return "\n".join(f"Step {number}: {step}" for number, step in enumerate(request.steps, request.first)) or none


def _system(words: str) -> tuple[Message, ...]:
    return (Message("system", (words,)),) if words else ()
