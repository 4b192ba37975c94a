"""Asking a vision-language model where something is."""

from sightline.agent.dialects.base import Dialect, Screen, Spot, UnreadableAnswer
from sightline.agent.dialects.canvas import Canvas
from sightline.agent.dialects.grammars import place_grammar
from sightline.agent.dialects.messages import Picture
from sightline.agent.models.base import Model
from sightline.environments.base import Frame, Observation
from sightline.environments.geometry import Box, Size
from sightline.tasks.episode import Pointer
from sightline.tasks.records import Ambiguous, Found, NotFound

LONGEST = 256
"""Tokens of an answer that says where something is; one that goes on has lost its way."""


class VlmGrounder:
    """Finds things by asking a model in its family's words.

    The confidence of a place is that of its digits; 1.0, said so in ``why``, where the model does not tell.

    With ``zoom`` it looks twice: the part of the frame around the first answer, a third as wide and high, is shown
    again and larger, and the second answer counts when there is one. That costs a second picture and finds small things
    that a whole screen, scaled down, hides.
    """

    name = "vlm"

    def __init__(self, model: Model, dialect: Dialect, *, screen: Screen = "computer", zoom: bool = False) -> None:
        self.model = model
        self.dialect = dialect
        self.screen: Screen = screen
        self.zoom = zoom

    @property
    def record(self) -> Pointer:
        """What an episode keeps of the model."""
        return Pointer(
            model=self.model.name, dialect=self.dialect.name, factor=self.model.factor, budget=self.model.budget,
            zoom=self.zoom,
        )  # fmt: skip

    def find(self, phrase: str, observation: Observation) -> Found | NotFound | Ambiguous:
        found = self._ask(phrase, observation.frame, None)
        if not self.zoom or not isinstance(found, Found):
            return found
        crop = around(found, observation.frame.size)
        closer = self._ask(phrase, observation.frame, crop)
        if isinstance(closer, Found):
            return closer.model_copy(update={"why": f"{closer.why}, on a second look at {crop}"})
        return found

    def _ask(self, phrase: str, frame: Frame, crop: Box | None) -> Found | NotFound | Ambiguous:
        canvas = canvas_for(self.model, self.dialect, frame, self.screen, crop)
        question = self.dialect.ask_place(phrase, Picture(frame, canvas))
        answer = self.model.answer(
            question, stop=self.dialect.stop, grammar=place_grammar(self.dialect, canvas), limit=LONGEST
        )
        if answer.seen:
            canvas = canvas.seen_as(answer.seen[-1])
        try:
            spots = self.dialect.read_places(answer.text, canvas)
        except UnreadableAnswer as error:
            return NotFound(why=f"{self.model.name} answered {_short(answer.text)}: {error}")
        if not spots:
            return NotFound(why=f"{self.model.name} says that it is not there: {_short(answer.text)}")
        found = [_found(spot, answer.certainty, self.model.name, answer.text) for spot in spots]
        if len(found) > 1:
            return Ambiguous(why=f"{self.model.name} names {len(found)} places", candidates=tuple(found))
        return found[0]


def canvas_for(model: Model, dialect: Dialect, frame: Frame, screen: Screen, crop: Box | None = None) -> Canvas:
    """How a frame is shown to this model: the family's usual size, or the nearest its processor leaves alone."""
    usual = dialect.canvas(frame.size, screen=screen, crop=crop, factor=model.factor, frame_id=frame.id)
    budget = model.budget
    if budget is None or budget.least <= usual.seen.width * usual.seen.height <= budget.most:
        return usual
    return dialect.canvas(frame.size, screen=screen, crop=crop, factor=model.factor, budget=budget, frame_id=frame.id)


def around(found: Found, size: Size) -> Box:
    """A third of the frame each way around the found point, moved to lie within the frame; more for a big box."""
    width = min(size.width, max(size.width // 3, 2 * found.box.width))
    height = min(size.height, max(size.height // 3, 2 * found.box.height))
    left = min(max(found.point.x - width // 2, 0), size.width - width)
    top = min(max(found.point.y - height // 2, 0), size.height - height)
    return Box(left=left, top=top, right=left + width, bottom=top + height, frame=found.point.frame)


def _found(spot: Spot, certainty: float | None, model: str, text: str) -> Found:
    point = spot.point
    pixel = Box(left=point.x, top=point.y, right=point.x + 1, bottom=point.y + 1, frame=point.frame)
    why = f"{model} answered {_short(text)}" + (", outside of the picture" if spot.clamped else "")
    why += "" if certainty is not None else "; how sure it is it does not tell"
    return Found(point=point, box=spot.box or pixel, confidence=1.0 if certainty is None else certainty, why=why)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 120 else line[:117] + "...")
