"""Finding what a phrase names by the text on the screen; no model, no knowledge of what drew it."""

from collections.abc import Sequence

from sightline.agent.grounders.controls import aim, cut_off, unlabelled, unread_number
from sightline.agent.grounders.matching import SET_OFF, likeness
from sightline.agent.grounders.passages import Passage, find_passages, find_verbatim_passages
from sightline.agent.grounders.phrases import parse
from sightline.agent.grounders.resolve import Target, resolve
from sightline.agent.grounders.roles import Role
from sightline.environments.base import Observation
from sightline.tasks.records import Ambiguous, Found, NotFound
from sightline.tools.rect import Rect
from sightline.tools.sight import SHORT, Screen, Sight


class TextGrounder:
    """A grounder that reads the screen; share its `sight` with whatever else reads the same screens."""

    name = "text"

    def __init__(self, sight: Sight | None = None) -> None:
        self.sight = sight or Sight()

    def find(self, phrase: str, observation: Observation) -> Found | NotFound | Ambiguous:
        screen = self.sight.look(observation.frame.pixels)
        if any(0 < len(query.label) <= SHORT for query in parse(phrase).readings):
            screen = screen.closer
        return resolve(phrase, ScreenText(screen), observation.frame.id)


class ScreenText:
    """What can be read on one screen, as candidates for phrases.

    ``verbatim`` leaves only what says a label to the letter and is the control that was asked for.
    """

    def __init__(self, screen: Screen, *, verbatim: bool = False) -> None:
        self.screen = screen
        self.verbatim = verbatim

    @property
    def unit(self) -> float:
        return self.screen.text_height

    def targets(self, label: str, role: Role | None) -> Sequence[Target]:
        if not label:
            return unlabelled(role, self.screen)
        if self.verbatim:
            return [target for target in self._aimed(find_verbatim_passages(label, self.screen), role) if target.met]
        passages = find_passages(label, self.screen)
        if not passages:
            fields = cut_off(label, self.screen) if role in ("field", "select") else []
            return fields or unread_number(label, self.screen)
        return self._aimed(passages, role)

    def _aimed(self, passages: Sequence[Passage], role: Role | None) -> list[Target]:
        return [
            target
            for passage in passages
            for target in aim(passage, role, self.screen, self._smallest(passage, passages))
        ]

    def _smallest(self, passage: Passage, passages: Sequence[Passage]) -> int:
        """The height of the smallest letters that say a label about as well as a passage does."""
        rivals = (other for other in passages if abs(other.likeness - passage.likeness) < SET_OFF * 1.5)
        return min(self.screen.ink(other.first).height for other in rivals)

    def nearest(self, label: str) -> Sequence[tuple[str, Rect, float]]:
        named = [(line.text, line.box, likeness(label, line.text)) for line in self.screen.lines]
        return sorted(named, key=lambda near: -near[2])
