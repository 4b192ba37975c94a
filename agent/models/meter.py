"""Writing down what models answer and what it costs, whoever asks them."""

from collections.abc import Callable

from sightline.agent.dialects.canvas import Budget
from sightline.agent.dialects.messages import Conversation
from sightline.agent.models.base import Answer, Model
from sightline.tasks.records import Answered, Role, Usage, total


class Meter:
    """Keeps the answers of the models of one run: those since they were last taken, and what all of them cost."""

    def __init__(self) -> None:
        self.usage: tuple[Usage, ...] = ()
        self._fresh: list[Answered] = []

    def on(self, model: Model, role: Role) -> Model:
        """The same model, whose answers are counted here."""
        return _Metered(model, role, self)

    def add(self, answered: Answered) -> None:
        self._fresh.append(answered)
        self.usage = total((*self.usage, answered.usage))

    def take(self) -> tuple[Answered, ...]:
        """The answers since this was last called, oldest first."""
        fresh, self._fresh = tuple(self._fresh), []
        return fresh


class _Metered:
    """A model that tells a meter of each of its answers."""

    def __init__(self, model: Model, role: Role, meter: Meter) -> None:
        self._model = model
        self._role = role
        self._meter = meter

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def architecture(self) -> str:
        return self._model.architecture

    @property
    def factor(self) -> int | None:
        return self._model.factor

    @property
    def budget(self) -> Budget | None:
        return self._model.budget

    def answer(
        self,
        conversation: Conversation,
        *,
        stop: tuple[str, ...] = (),
        grammar: str = "",
        limit: int = 1024,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        answer = self._model.answer(conversation, stop=stop, grammar=grammar, limit=limit, on_text=on_text)
        usage = answer.usage.model_copy(update={"role": self._role, "model": self.name})
        self._meter.add(Answered(text=answer.text, usage=usage, seen=answer.seen, certainty=answer.certainty))
        return answer

    def close(self) -> None:
        self._model.close()
