"""How a server is reached: its key, the proxies on the way, and what can go wrong below the answer."""

import importlib
import os
import time
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import Any, cast
from urllib.parse import urlsplit

import openai

from sightline.tools.errors import InputError, Unavailable


def read_key(name: str) -> str:
    """The key in an environment variable, empty where there is none."""
    key = os.environ.get(name, "").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError(f"environment variable {name}: expected a key without blanks, on one line")
    return key


def http_client(url: str) -> Any:
    """Proxies that the environment names are used, but never for a server on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return openai.DefaultHttpxClient(trust_env=not (host in ("localhost", "::1") or host.startswith("127.")))
    except (ImportError, ValueError, *transport_errors()) as error:
        raise Unavailable(
            f"{url}: the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used: {error}"
        ) from None


def seconds_to_wait(asked: str) -> float | None:
    """A ``Retry-After``: seconds, or a date; None when there is none that can be read."""
    if asked.replace(".", "", 1).isdecimal():
        return float(asked)
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return None


def transport_errors() -> tuple[type[Exception], ...]:
    """What the HTTP library under the openai client raises; its version decides which library that is."""
    modules = [importlib.import_module(name) for name in ("httpx2", "httpx") if find_spec(name)]
    return tuple(
        cast(type[Exception], fault) for module in modules for fault in (module.TransportError, module.InvalidURL)
    )
