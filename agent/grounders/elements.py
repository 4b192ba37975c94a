"""Finding what a phrase names among the elements that the platform itself knows, by their names and roles."""

from collections.abc import Sequence
from statistics import median

from sightline.agent.grounders.matching import likeness, matches, spell
from sightline.agent.grounders.resolve import Target, resolve
from sightline.agent.grounders.roles import Role
from sightline.environments.base import Element, Observation
from sightline.tasks.records import Ambiguous, Found, NotFound
from sightline.tools.rect import Rect

PLATFORM_ROLES: dict[Role, frozenset[str]] = {
    "field": frozenset(("textbox", "searchbox", "spinbutton", "combobox", "slider", "edittext")),
    "select": frozenset(("combobox", "listbox", "popupbutton", "menulist", "spinner")),
    "check": frozenset(("checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio", "togglebutton")),
    "button": frozenset(("button", "togglebutton", "popupbutton", "imagebutton")),
    "link": frozenset(("link",)),
    "tab": frozenset(("tab",)),
    "menu": frozenset(("menuitem", "menuitemcheckbox", "menuitemradio", "menu", "option")),
    "heading": frozenset(("heading",)),
    "column": frozenset(("columnheader",)),
    "icon": frozenset(("img", "image", "button", "imagebutton")),
    "text": frozenset(),
}
"""The platform's words for each role of a phrase; anything has text."""
ACTED_ON = frozenset(
    name for role, names in PLATFORM_ROLES.items() if role not in ("heading", "column") for name in names
)
ALIKE: tuple[frozenset[Role], ...] = (frozenset(("button", "link", "menu", "tab")), frozenset(("field", "select")))
"""Roles that look alike to a person, who may call one the other."""
ANOTHER_ROLE, SIMILAR_ROLE, NOT_ACTED_ON = 0.25, 0.05, 0.03
USUAL_HEIGHT = 20.0


class ElementGrounder:
    """A grounder over the elements that come with an observation; it finds nothing where the platform knows none."""

    name = "elements"

    def find(self, phrase: str, observation: Observation) -> Found | NotFound | Ambiguous:
        return resolve(phrase, ScreenElements(observation.elements), observation.frame.id)


class ScreenElements:
    """The elements of one screen, as candidates for phrases."""

    def __init__(self, elements: Sequence[Element]) -> None:
        self.elements = elements

    @property
    def unit(self) -> float:
        return median([element.box.height for element in self.elements]) if self.elements else USUAL_HEIGHT

    def targets(self, label: str, role: Role | None) -> Sequence[Target]:
        if not label:
            asked = PLATFORM_ROLES[role] if role else frozenset[str]()
            return [_target(each, 0.95) for each in self.elements if not asked or each.role.lower() in asked]
        wanted = spell(label)
        return [
            _target(element, match.likeness - _strangeness(element, role))
            for element in self.elements
            for match in matches(wanted, spell(element.name))[:1]
        ]

    def nearest(self, label: str) -> Sequence[tuple[str, Rect, float]]:
        named = [(each.name, _rect(each), likeness(label, each.name)) for each in self.elements if each.name]
        return sorted(named, key=lambda near: -near[2])


def _strangeness(element: Element, role: Role | None) -> float:
    """What it costs an element to be of another role than the one that was asked for."""
    own = element.role.lower()
    if role is None or role == "text":
        return 0.0 if own in ACTED_ON else NOT_ACTED_ON
    if own in PLATFORM_ROLES[role]:
        return 0.0
    alike = next((group for group in ALIKE if role in group), frozenset[Role]())
    return SIMILAR_ROLE if any(own in PLATFORM_ROLES[other] for other in alike) else ANOTHER_ROLE


def _target(element: Element, score: float) -> Target:
    centre = element.box.centre
    what = f"{element.role} {element.name!r}"
    return Target(_rect(element), (centre.x, centre.y), score, what, element.value or element.name)


def _rect(element: Element) -> Rect:
    return Rect(element.box.left, element.box.top, element.box.right, element.box.bottom)
