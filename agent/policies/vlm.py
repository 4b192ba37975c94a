"""A vision-language model decides: shown the screen and told the goal, it says the next action."""

from collections.abc import Sequence

from sightline.agent.dialects.base import SCREENS, CannotSay, Dialect, Screen, Turn, UnreadableAnswer
from sightline.agent.dialects.canvas import Canvas, Unit
from sightline.agent.dialects.grammars import action_grammar
from sightline.agent.dialects.messages import Picture
from sightline.agent.grounders.base import Grounder
from sightline.agent.grounders.vlm import canvas_for
from sightline.agent.models.base import Model
from sightline.environments.actions import Infeasible, map_points, points_of
from sightline.environments.base import Element, Observation, Platform
from sightline.tasks.episode import Planner
from sightline.tasks.records import Decision, Found, Step

TRIES = 3
"""How often an answer that cannot be read is asked for anew, with the reason."""
REMEMBERED = 10
"""Pictures whose pixels are kept for the history; families that show old screens show fewer."""


class VlmPolicy:
    """Asks a model for one action at a time, with the past as its family is used to being told it.

    With a ``grounder`` the model only plans: where its action has one point and it said in words what it means, the
    grounder looks for that, and the model's own point is kept when it finds nothing.
    """

    def __init__(
        self, goal: str, model: Model, dialect: Dialect, *, platform: Platform, grounder: Grounder | None = None
    ) -> None:
        if not dialect.acts:
            raise CannotSay(
                f"{model.name}: {dialect.name} says where things are, not what to do next; name another model with "
                "--planner, and this one with --grounder"
            )
        self.goal = goal
        self.model = model
        self.dialect = dialect
        self.screen: Screen = SCREENS[platform]
        self.grounder = grounder
        self._pictures: dict[str, Picture] = {}

    @property
    def record(self) -> Planner:
        """What an episode keeps of the model."""
        return Planner(
            model=self.model.name, dialect=self.dialect.name, factor=self.model.factor, budget=self.model.budget
        )

    def decide(self, now: Observation, past: Sequence[Step]) -> Decision:
        picture = self._show(now)
        turns = self._turns(past)
        complaint = ""
        for _ in range(TRIES):
            question = self.dialect.ask_action(
                self.goal, turns, picture, screen=self.screen, elements=self._elements(now), complaint=complaint
            )
            answer = self.model.answer(
                question, stop=self.dialect.stop, grammar=action_grammar(self.dialect, picture.canvas)
            )
            canvas = picture.canvas.seen_as(answer.seen[-1]) if answer.seen else picture.canvas
            try:
                return self._place(self._read(answer.text, canvas), now)
            except UnreadableAnswer as error:
                complaint = str(error)
        return Decision(action=Infeasible(text=f"{self.model.name} gave no action that can be read: {complaint}"))

    def _show(self, now: Observation) -> Picture:
        frame = now.frame
        picture = self._pictures.pop(frame.id, None)
        if picture is None or picture.frame is None:
            picture = Picture(frame, canvas_for(self.model, self.dialect, frame, self.screen))
        self._pictures[frame.id] = picture
        for old in list(self._pictures)[:-REMEMBERED]:
            self._pictures[old] = self._pictures[old].without_pixels()
        return picture

    def _turns(self, past: Sequence[Step]) -> list[Turn]:
        """The steps this model decided, each with what came of it."""
        return [
            Turn(
                self._pictures[step.frame],
                step.decision,
                step.outcome.message,
                edited=step.verdict.action is not None and step.verdict.action != step.decision.action,
            )
            for step in past
            if step.decision.said and step.frame in self._pictures
        ]

    def _elements(self, now: Observation) -> tuple[Element, ...]:
        """What is on the screen, for the family that points by name; for the others the platform is not asked."""
        return now.elements if self.dialect.unit(self.screen) is Unit.FRAME else ()

    def _read(self, text: str, canvas: Canvas) -> Decision:
        """The first action of an answer: those after it were meant for a screen that nobody has seen."""
        return self.dialect.read(text, canvas, screen=self.screen)[0]

    def _place(self, decision: Decision, now: Observation) -> Decision:
        phrase = decision.target or _last_words(decision.reason)
        if self.grounder is None or not phrase or len(points_of(decision.action)) != 1:
            return decision
        found = self.grounder.find(phrase, now)
        if not isinstance(found, Found):
            return decision.model_copy(update={"grounding": found})
        action = map_points(decision.action, lambda _: found.point)
        return decision.model_copy(update={"action": action, "target": phrase, "grounding": found})


def _last_words(reason: str) -> str:
    """What a model says it does: the last line of its reasons, where families that think aloud put the action."""
    lines = reason.strip().splitlines()
    return lines[-1].removeprefix("Action:").strip() if lines else ""
