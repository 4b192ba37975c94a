"""Which model a string names: ``NAME[@URL][?option=value&...]``.

Qwen/Qwen2-VL-2B-Instruct                        downloaded before, in this process
./checkpoints/mine?dtype=float32&dialect=ui-tars a folder, in this process
qwen3-vl@http://127.0.0.1:8000/v1?server=vllm    on a server
recorded:runs/demo                               what was answered in an episode
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from sightline.tools.errors import InputError


@dataclass(frozen=True)
class Spec:
    """A model string taken apart; ``options`` are those of its kind, ``dialect`` the family where one is named."""

    name: str
    url: str
    options: Mapping[str, str]
    dialect: str = ""
    zoom: bool = False

    def __str__(self) -> str:
        return f"{self.name}@{self.url}" if self.url else self.name


def is_model(text: str) -> bool:
    """Whether a string names a model rather than one of a few well-known words: it has a path or an address in it."""
    return "/" in text or "@" in text or text.startswith("recorded:") or Path(text.split("?")[0]).is_dir()


def read_spec(text: str) -> Spec:
    """Takes a model string apart; raises InputError for one that cannot be."""
    rest, _, query = text.partition("?")
    name, at, url = rest.partition("@")
    if not name:
        raise InputError(f"model {text!r}: no name; expected NAME, NAME@http://HOST:PORT/v1 or a folder")
    if at:
        _require_address(name, url)
    try:
        options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) if query else {}
    except ValueError:
        raise InputError(f"model {text!r}: {query!r} is no list of options; expected name=value&name=value") from None
    dialect, zoom = options.pop("dialect", ""), options.pop("zoom", "no")
    return Spec(name, url, options, dialect, zoom.lower() in ("yes", "true", "1", "on"))


def _require_address(name: str, url: str) -> None:
    if "@" in url:
        raise InputError(f"model {name!r}: the address holds a key; expected it in an environment variable only")
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an unfinished IPv6 address, a port that is no number or too high
        sound = False
    if not sound:
        raise InputError(f"model {name!r}: {url!r} is no address; expected one such as http://127.0.0.1:8000/v1")
