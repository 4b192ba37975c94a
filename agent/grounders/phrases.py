"""The language in which a script names things on a screen, parsed into queries.

A phrase is a label with, around it, what tells it apart: a verb and an article that are dropped, an ordinal, a word for
its role, and relations to other phrases: ``click the second "Edit" link in the row of Ada``. Words that could belong
either to the label or to the language (the *First name* field, the *Select all* button) give several readings; what is
on the screen decides between them. Quotes settle it: what is quoted is label and nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Literal

from sightline.agent.grounders.roles import ROLE_OF, ROLE_WORDS, Role

Place = Literal["right of", "left of", "above", "below", "near", "row", "column", "between"]


@dataclass(frozen=True)
class Relation:
    """Where the thing lies: `place` to one other phrase, or between two."""

    place: Place
    anchors: tuple["Phrase", ...]


@dataclass(frozen=True)
class Query:
    """One reading of a phrase.

    ``label`` is the text to look for, empty when only a role or a relation tells; ``ordinal`` counts from 1, and from
    the end when negative.
    """

    label: str
    role: Role | None = None
    ordinal: int | None = None
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class Phrase:
    """A phrase and its readings, the most literal one first; the last one takes every word of the language as such."""

    text: str
    readings: tuple[Query, ...]


_ANY_FIELD = frozenset(("search", "搜索", "検索"))
"""What a search field is often called without showing the word."""
_BY_LENGTH = sorted(ROLE_OF, key=len, reverse=True)
_LATIN = "|".join(re.escape(word) for word in _BY_LENGTH if word.isascii())
_CJK = "|".join(word for word in _BY_LENGTH if not word.isascii())

_ORDINALS = {
    word: number
    for number, words in enumerate(
        "first|1st second|2nd third|3rd fourth|4th fifth|5th sixth|6th seventh|7th eighth|8th ninth|9th tenth".split(),
        1,
    )
    for word in words.split("|")
} | {"last": -1, "second last": -2, "second to last": -2, "next to last": -2, "最后一个": -1, "最後の": -1, "最初の": 1}
_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", 1)}

_QUOTED = re.compile(
    r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|«([^»]+)»|‘([^’]+)’|(?<!\w)'([^']+)'(?!\w)|`([^`]+)`"
)
_FIRST_MASK = 0xE000
_MASK = "[\ue000-\uf8ff]"
_VERB = re.compile(
    r"(?:please\s+)?(?:(?:left|double|right|middle)[- ]?click|click|press|tap|select|choose|open|focus|hit|check"
    r"|uncheck|tick|untick|find|go\s+to|hover(?:\s+over)?|type|enter|fill|clear|toggle|expand|scroll\s+to)"
    r"(?:\s+on|\s+in|\s+into)?\s+|请?(?:点击|单击|双击|选择|打开|勾选|输入)\s*",
    re.IGNORECASE,
)
_VERB_AFTER = re.compile(
    r"\s*を(?:クリック(?:する|して)?|押す|押して|選択(?:する|して)?|選ぶ|開く|開いて|タップ(?:する)?)$"
)
_ARTICLE = re.compile(r"(?:the|a|an)\s+", re.IGNORECASE)
_ORDINAL = re.compile(
    r"(?:the\s+)?(second\s+to\s+last|next\s+to\s+last|second\s+last|"
    + "|".join(word for word in _ORDINALS if word.isascii() and " " not in word)
    + r"|\d+(?:st|nd|rd|th))\s+|(最后一个|最後の|最初の)|第([一二三四五六七八九十]|\d+)[个個条項项]?的?"
    r"|(\d+|[一二三四五六七八九十])(?:番目|つ目|個目)の?",
    re.IGNORECASE,
)
_NAMED = (
    r"(?:labell?ed|named|called|titled|marked|saying|reading|showing|that\s+says|that\s+reads|for|of"
    r"|with(?:\s+the)?\s+(?:text|label|name|title|placeholder))(?:\s+as)?"
)
_ROLE_FIRST = re.compile(
    rf"(?:search\s+)?({_LATIN})\s+(?:{_NAMED}\s+(.+)|({_MASK}))|({_CJK})\s*({_MASK})", re.IGNORECASE
)
_ROLE_LAST = re.compile(rf"(?:(.+?)(?:\s+|(?<={_MASK})))??({_LATIN})s?|(.*?)[的の]?\s*({_CJK})", re.IGNORECASE)

_ROW_OF = (
    r"(?:in|on|of|from|at)\s+(?:the\s+)?(?:same\s+)?(?:table\s+)?(?:row|line)"
    r"\s+(?:of|with|for|as|containing|showing|named|called|labell?ed|that\s+(?:contains|says|has)|where)\s+(?:the\s+)?"
)
_PLACES: tuple[tuple[Place, str], ...] = (
    ("between", r"between\s+(?P<one>.+?)\s+and\s+(?P<two>.+)"),
    ("row", _ROW_OF + r"(?P<one>.+)"),
    ("row", r"(?:in|on|of|from)\s+(?:the\s+)?(?P<one>\S.*?)(?:'s|’s)?\s+row\b(?P<rest>.*)"),
    ("column", r"(?:in|of|from)\s+(?:the\s+)?(?P<one>\S.*?)\s+column\b(?P<rest>.*)"),
    ("column", r"(?:in|of|from)\s+(?:the\s+)?column\s+(?:(?:of|named|called|labell?ed|headed)\s+)?(?P<one>.+)"),
    ("right of", r"(?:(?:to|on|at)\s+the\s+)?right(?:[- ]hand)?(?:\s+side)?\s+of\s+(?P<one>.+)"),
    ("left of", r"(?:(?:to|on|at)\s+the\s+)?left(?:[- ]hand)?(?:\s+side)?\s+of\s+(?P<one>.+)"),
    ("below", r"(?:(?:just|directly|right|immediately)\s+)?(?:below|beneath|under|underneath)\s+(?P<one>.+)"),
    ("above", r"(?:(?:just|directly|right|immediately)\s+)?above\s+(?P<one>.+)"),
    ("near", r"(?:next\s+to|beside|near|close\s+to|adjacent\s+to)\s+(?P<one>.+)"),
)
_RELATION: list[tuple[Place, re.Pattern[str]]] = [
    (place, re.compile(rf"(?:^|(?<=\s)){pattern}$", re.IGNORECASE)) for place, pattern in _PLACES
]
_WORDS_BEFORE: tuple[tuple[Place, str], ...] = (
    ("row", r"(?:(?:所在)?的?(?:那一|这一|同一)?行[里中内]?的|(?:の|がある|を含む)行[のに](?:ある)?の?)"),
    ("right of", r"(?:的?右[边侧邊側方面]的|の右側?(?:にある|の))"),
    ("left of", r"(?:的?左[边侧邊側方面]的|の左側?(?:にある|の))"),
    ("above", r"(?:的?上[面边邊方]的|の上側?(?:にある|の))"),
    ("below", r"(?:的?下[面边邊方]的|の下側?(?:にある|の))"),
    ("near", r"(?:的?旁[边邊]的|の(?:隣|横|近く)(?:にある|の))"),
)
_BEFORE: list[tuple[Place, re.Pattern[str]]] = [
    (place, re.compile(rf"^在?(?P<one>.+?){words}(?P<head>.+)$")) for place, words in _WORDS_BEFORE
]
_AND_PLACE = re.compile(
    r"\s*,?\s+and\s+(?=(?:(?:to|on)\s+the\s+)?(?:right|left)\s+of|(?:in|on|of|from)\s.*(?:row|column)"
    r"|between\s|below\s|beneath\s|under\s|above\s|next\s+to\s|near\s|beside\s)",
    re.IGNORECASE,
)
_HEAD_END = re.compile(r"[\s,]+(?:(?:that|which)\s+(?:is|are)|that's|located|found|shown)$", re.IGNORECASE)


@lru_cache(maxsize=1024)
def parse(phrase: str, statement: bool = False) -> Phrase:
    """The readings of a phrase; never raises, whatever is written.

    A statement says what is on the screen, not what to do there: *Select all* is no verb and *all*, *The Sea* no
    article and *Sea*, *First name* no ordinal and *name*, *Page title* no role and *Page*. Quotes, or the word for a
    control (*second Edit link*), make it more than a label.
    """
    masked = _Masked.of(phrase, statement)
    return _parse(masked, masked.text)


def with_role(phrase: str, role: Role) -> str:
    """The phrase with a word for `role` added, where it names none: a script knows that it types into a field."""
    if parse(phrase).readings[-1].role is not None:
        return phrase
    masked = _Masked.of(phrase)
    head = next((head for head, _ in _related(masked, masked.text)), masked.text)
    if not head or not masked.text.startswith(head):
        return phrase
    word = ROLE_WORDS[role].split("|")[0]
    return masked.restore(f"{head} {word}{masked.text[len(head) :]}")


def quote(label: str) -> str:
    """The phrase that means a label and nothing else."""
    marks = (pair for pair in ('""', "“”", "「」", "``") if pair[1] not in label)
    return label.join(next(marks, ("", "")))


@dataclass(frozen=True)
class _Masked:
    """A phrase in which each quoted part is one character of the private use area, so that no pattern looks inside."""

    text: str
    quoted: tuple[str, ...]
    """What each of these characters stands for, with its quotes."""
    statement: bool = False

    @classmethod
    def of(cls, phrase: str, statement: bool = False) -> "_Masked":
        quoted: list[str] = []

        def mask(match: re.Match[str]) -> str:
            quoted.append(match[0])
            return chr(_FIRST_MASK + len(quoted) - 1)

        text = _QUOTED.sub(mask, re.sub(_MASK, "", phrase))
        return cls(re.sub(r"\s+", " ", text).strip(), tuple(quoted), statement)

    def restore(self, text: str, quotes: bool = True) -> str:
        """The text with its quoted parts put back, with or without their quotes."""

        def unmask(match: re.Match[str]) -> str:
            quoted = self.quoted[ord(match[0]) - _FIRST_MASK]
            return quoted if quotes else quoted[1:-1]

        return re.sub(_MASK, unmask, text)


def _parse(masked: _Masked, text: str) -> Phrase:
    related = [
        replace(query, relations=relations)
        for head, relations in _related(masked, text)
        for query in _pieces(masked, head)
    ]
    literal = [] if related and re.search(_MASK, text) else list(_pieces(masked, text))
    return Phrase(masked.restore(text), tuple(dict.fromkeys(literal + related)))


def _related(masked: _Masked, text: str) -> Iterator[tuple[str, tuple[Relation, ...]]]:
    """The ways to read a text as a thing and its relations to others, the longest head last."""
    for place, pattern in _BEFORE:
        match = pattern.match(text)
        if match:
            yield match["head"], (Relation(place, (_parse(masked, match["one"]),)),)
            return
    matches: list[tuple[int, Place, re.Match[str]]] = [
        (match.start(), place, match) for place, pattern in _RELATION if (match := pattern.search(text))
    ]
    for start, place, match in sorted(matches, key=lambda found: -found[0]):
        parts = match.groupdict()
        one, *second = _AND_PLACE.split(parts["one"], maxsplit=1)
        rest = " ".join([*second, (parts.get("rest") or "").strip()]).strip()
        further: tuple[Relation, ...] = ()
        if rest:
            further = next((relations for head, relations in _related(masked, rest) if not head), ())
            if not further:
                continue
        anchors = [part for part in (one, parts.get("two")) if part]
        first = Relation(place, tuple(_parse(masked, anchor.strip(" ,")) for anchor in anchors))
        yield _HEAD_END.sub("", text[:start].strip(" ,")), (first, *further)


def _pieces(masked: _Masked, text: str) -> list[Query]:
    """The readings of a phrase without relations, the most literal one first."""
    readings: list[Query] = []
    if masked.statement and not re.fullmatch(_MASK, text.strip()):
        readings.append(Query(masked.restore(text, quotes=False).strip()))
    for drop_verb, take_ordinal, take_role in product((False, True), repeat=3):
        for piece in _piece(text.strip(), drop_verb, take_ordinal, take_role):
            query = replace(piece, label=masked.restore(piece.label, quotes=False).strip())
            if re.fullmatch(_MASK, piece.label):
                readings = [query]
            elif query not in readings and not (masked.statement and (drop_verb or _is_label_alone(piece))):
                readings.append(query)
    last = readings[-1]
    if last.role == "field" and last.label.casefold() in _ANY_FIELD and not masked.statement:
        readings.append(replace(last, label=""))
    return readings


def _is_label_alone(piece: Query) -> bool:
    """Whether what was taken from a label may as well belong to it: no control was named that one could see."""
    return bool(piece.label) and piece.role in (None, "text", "heading", "menu", "column", "icon")


def _piece(text: str, drop_verb: bool, take_ordinal: bool, take_role: bool) -> Iterator[Query]:
    """The readings with the verb dropped, an ordinal and a role taken or not; none where there is nothing to take."""
    ordinal: int | None = None
    if drop_verb:
        shorter = _VERB_AFTER.sub("", _VERB.sub("", text, count=1) if _VERB.match(text) else text)
        if shorter == text or not shorter:
            return
        text = shorter
    text = _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text
    if take_ordinal:
        match = _ORDINAL.match(text)
        if not match:
            return
        ordinal, text = _number(match), text[match.end() :]
    if not take_role:
        yield Query(text, None, ordinal)
        return
    for role, label in _roles(text):
        yield Query(label, role, ordinal)


def _number(match: re.Match[str]) -> int:
    latin, word, chinese, japanese = match.groups()
    name = re.sub(r"\s+", " ", (latin or word or "").lower())
    if name in _ORDINALS:
        return _ORDINALS[name]
    digits = chinese or japanese or re.sub(r"\D", "", name)
    return _NUMERALS.get(digits) or max(int(digits), 1)


def _roles(text: str) -> Iterator[tuple[Role, str]]:
    """The role that a piece names, and its label: ``Save button``, ``button labelled Save``, ``「保存」按钮``.

    The *Text field* may be the field called Text or any text field: the label comes first, then none.
    """
    match = _ROLE_FIRST.fullmatch(text)
    if match:
        latin, label, mask, cjk, cjk_mask = match.groups()
        yield ROLE_OF[(latin or cjk).lower()], label or mask or cjk_mask
        return
    match = _ROLE_LAST.fullmatch(text)
    if match:
        label, latin, cjk_label, cjk = match.groups()
        word = (latin or cjk).lower()
        first, _, rest = word.partition(" ")
        if not label and rest in ROLE_OF:
            yield ROLE_OF[rest], first
        yield ROLE_OF[word], label or cjk_label or ""
