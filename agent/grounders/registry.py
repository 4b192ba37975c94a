"""Grounders by the name they have on the command line."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sightline.agent.grounders.base import Grounder
from sightline.agent.grounders.cascade import CascadeGrounder
from sightline.agent.grounders.elements import ElementGrounder
from sightline.agent.grounders.text import TextGrounder
from sightline.agent.models.names import is_model
from sightline.environments.base import Platform
from sightline.tools.errors import InputError
from sightline.tools.sight import Sight

if TYPE_CHECKING:
    from sightline.agent.models.meter import Meter

GROUNDERS: dict[str, Callable[[Sight], Grounder]] = {
    "text": TextGrounder,
    "elements": lambda sight: ElementGrounder(),
    "cascade": lambda sight: CascadeGrounder((ElementGrounder(), TextGrounder(sight))),
}


def make_grounder(
    name: str, sight: Sight | None = None, platform: Platform = "browser", meter: "Meter | None" = None
) -> Grounder:
    """The grounder of that name, on a sight to share, or a model that is asked; raises InputError for neither.

    A ``meter`` counts what the model answers.
    """
    if is_model(name):
        from sightline.agent.dialects.base import SCREENS
        from sightline.agent.grounders.vlm import VlmGrounder
        from sightline.agent.models.choose import open_with_dialect
        from sightline.agent.models.names import read_spec

        model, dialect = open_with_dialect(name, "grounder")
        model = meter.on(model, "grounder") if meter else model
        return VlmGrounder(model, dialect, screen=SCREENS[platform], zoom=read_spec(name).zoom)
    if name not in GROUNDERS:
        near = get_close_matches(name, GROUNDERS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"grounder {name!r} is not known; expected one of {', '.join(GROUNDERS)}, or a model{hint}")
    return GROUNDERS[name](sight or Sight())
