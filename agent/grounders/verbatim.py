"""Where a text says a label to the letter: what a script asserts, unlike what it clicks, may not be read generously.

Case and blanks do not count; everything else does, signs and their order too. Text that was read from a picture may
show a character as one that looks the same, and lose its accent; text that is known may not.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from sightline.agent.grounders.matching import IDENTICAL, SAME_LETTERS, Match, cost_within, is_ideograph, letters

LOOK_ALIKES = (
    "0Oo", "1lI|丨", "-‐‑‒–—―−", "'’‘`´′", '"“”„″', "·•・", "×xX",
    "口ロ", "一ー", "力カ", "二ニ", "工エ", "夕タ", "卜ト", "八ハ", "へヘ", "べベ", "ぺペ", "りリ",
)  # fmt: skip
"""Characters that are drawn alike."""
ALSO_READ_AS = {"rn": "m", "m": "rn", "vv": "w", "w": "vv"}
"""Letters that run into one another, and fall apart."""


def find_verbatim(label: str, text: str, *, read: bool = True) -> list[Match]:
    """The places in a text that say the label as words of their own; `read` tells that the text comes from a picture.

    A number is one word with its sign, its point and its separators: 5 is not in -5, 1.5 or 5,000.
    """
    kept = list(letters(text))
    said = "".join(letter for _, letter in kept)
    found: list[Match] = []
    for match in _pattern(label, read).finditer(said):
        if not match[0].strip():
            continue
        start, stop = kept[match.start()][0], kept[match.end() - 1][0] + 1
        whole = not re.search(r"\w", text[:start] + text[stop:])
        found.append(Match(start, stop, IDENTICAL if whole else SAME_LETTERS - cost_within(text, start, stop)))
    return found


def is_verbatim(label: str, text: str) -> bool:
    """Whether a text that was read says the label and nothing else."""
    return bool(_pattern(label, True).fullmatch(unicodedata.normalize("NFKC", text).strip()))


@lru_cache(maxsize=1024)
def _pattern(label: str, read: bool) -> re.Pattern[str]:
    signs = re.sub(r"\s+", "", unicodedata.normalize("NFKC", label))
    if not signs:
        return re.compile(r"(?!)")
    parts = list(_parts(signs, read))
    before, after = _edge(signs[0], parts[0], ahead=False), _edge(signs[-1], parts[-1], ahead=True)
    return re.compile(before + r"\s*".join(parts) + after)


def _parts(signs: str, read: bool) -> Iterator[str]:
    """A pattern for each character of a label, or for two that run into one."""
    index = 0
    while index < len(signs):
        run = next((run for run in ALSO_READ_AS if read and signs[index:].lower().startswith(run)), signs[index])
        plain = r"\s*".join(_one_of(character, read) for character in run)
        other = ALSO_READ_AS.get(run) if read else None
        yield f"(?:{plain}|{other})" if other else plain
        index += len(run)


def _one_of(character: str, read: bool) -> str:
    """A pattern for a character in either case, and for what each of the two is read as."""
    either = {character, character.lower(), character.upper(), character.casefold()}
    if read:
        either |= {unicodedata.normalize("NFD", one)[0] for one in either if one}
        either |= {other for one in either for alike in LOOK_ALIKES if one in alike for other in alike}
    signs = "".join(sorted(one for one in either if len(one) == 1))
    return f"[{re.escape(signs)}]"


def _edge(outermost: str, part: str, *, ahead: bool) -> str:
    """A pattern for where a label may start or end (`ahead`): not within a word, a number or a run of one sign."""
    look = "(?!" if ahead else "(?<!"
    if not outermost.isalnum():
        return f"{look}{part})" if part.startswith("[") else ""
    if is_ideograph(outermost):
        return ""
    edge = f"{look}[^\\W\u2e80-\u9fff\uac00-\ud7af])"
    if not outermost.isdigit():
        return edge
    return edge + (r"(?![.,:'’]\d)" if ahead else r"(?<!\d[.,:'’])(?<!(?<!\w)[-–−])")
