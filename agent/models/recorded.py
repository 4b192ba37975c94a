"""A model that says again what was said in a recorded episode."""

from collections.abc import Callable, Sequence
from typing import Self

from sightline.agent.dialects.canvas import Budget
from sightline.agent.dialects.messages import Conversation
from sightline.agent.models.base import Answer
from sightline.environments.recorded import Exhausted
from sightline.tasks.episode import Episode
from sightline.tasks.records import Role


class RecordedModel:
    """Gives its answers in order, whatever it is asked: replayed, the same questions come in the same order."""

    architecture = ""

    def __init__(
        self,
        answers: Sequence[str | Answer],
        name: str = "recorded",
        *,
        factor: int | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.name = name
        self.factor = factor
        self.budget = budget
        self._answers = tuple(Answer(answer) if isinstance(answer, str) else answer for answer in answers)
        self._given = 0

    @classmethod
    def from_episode(cls, episode: Episode, role: Role = "planner") -> Self:
        """What one of an episode's models said; saying it again costs nothing."""
        known = episode.speaker(role)
        budget = Budget(*known.budget) if known and known.budget else None
        said: list[str | Answer] = [
            Answer(answer.text, certainty=answer.certainty, seen=answer.seen)
            for step in episode.steps
            for answer in step.answers
            if answer.usage.role == role
        ]
        if not said and role == "planner":  # older episodes kept the planner's last words at each step and no more
            said = [step.decision.said for step in episode.steps if step.decision.said]
        return cls(said, known.model if known else "recorded", factor=known and known.factor, budget=budget)

    def answer(
        self,
        conversation: Conversation,
        *,
        stop: tuple[str, ...] = (),
        grammar: str = "",
        limit: int = 1024,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """The next recorded answer; raises Exhausted when more is asked than was recorded."""
        if self._given == len(self._answers):
            raise Exhausted(
                f"{self.name}: asked for answer {self._given + 1} of {len(self._answers)}; "
                "the run no longer goes as it was recorded, record it anew"
            )
        answer = self._answers[self._given]
        self._given += 1
        if on_text is not None:
            on_text(answer.text)
        return answer

    def close(self) -> None:
        """Nothing is held."""
