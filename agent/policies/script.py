"""A script decides: its steps one after the other, branching and repeating as the screen is then, its checks last."""

from collections.abc import Sequence

from sightline.agent.grounders.base import Grounder
from sightline.agent.policies.acts import act
from sightline.agent.policies.base import Policy
from sightline.agent.policies.hands import Decisions, Hands, StepFailed
from sightline.environments import actions as do
from sightline.environments.base import Observation
from sightline.tasks import steps as written
from sightline.tasks.conditions import Condition
from sightline.tasks.records import Decision, Step
from sightline.tasks.task import Task
from sightline.tools.sight import Sight


class ScriptPolicy:
    """Follows the steps of a task, then its checks; `values` are the variables, and grow by what is read.

    A task with a goal has it pursued by `planner` between the two.
    """

    def __init__(
        self, task: Task, values: dict[str, str], grounder: Grounder, sight: Sight, planner: Policy | None = None
    ) -> None:
        self.task = task
        self.planner = planner
        self._hands = Hands(values, grounder, sight, task.limits)
        self._decisions = self._all()

    def decide(self, now: Observation, past: Sequence[Step]) -> Decision:
        self._hands.now, self._hands.past = now, past
        try:
            return next(self._decisions)
        except StepFailed as failed:
            return self._hands.say(do.Infeasible(text=str(failed)), grounding=failed.grounding)

    def _all(self) -> Decisions:
        hands = self._hands
        if self.task.start:
            yield from hands.act(do.Open(location=hands.fill(self.task.start)), "start")
        yield from self._steps(self.task.steps)
        if self.planner is not None:
            yield from self._pursue(self.planner)
        for number, condition in enumerate(self.task.checks, 1):
            hands.source = f"check {number}"
            yield from hands.expect(condition)
        hands.source = ""
        yield Decision(action=do.Done(text="every step and check passed"))

    def _pursue(self, planner: Policy) -> Decisions:
        """What the planner decides, until it says that the goal is reached; whether it is, the checks tell."""
        hands = self._hands
        hands.source = "goal"
        while True:
            decision = planner.decide(hands.now, hands.past).model_copy(update={"source": hands.source})
            if isinstance(decision.action, do.Done) and self.task.checks:
                said = do.Note(text=decision.action.text or "the goal is reached")
                yield decision.model_copy(update={"action": said})
                return
            yield decision

    def _steps(self, steps: written.Steps) -> Decisions:
        for step in steps:
            self._hands.source = step.source
            yield from self._step(step)

    def _step(self, step: written.AnyStep) -> Decisions:
        hands = self._hands
        match step:
            case written.IfStep():
                yield from self._branch(step.if_, step.then, step.else_)
            case written.UnlessStep():
                yield from self._branch(step.unless, (), step.then)
            case written.RepeatStep():
                for _ in range(step.repeat):
                    if step.until is not None and hands.judge(step.until).holds:
                        break
                    yield from self._steps(step.steps)
                    hands.source = step.source
            case written.ForEachStep():
                for value in step.in_:
                    hands.values[step.for_each] = hands.fill(value)
                    yield from self._steps(step.steps)
            case written.UseStep():
                outer = dict(hands.values)
                hands.values.update({name: hands.fill(value) for name, value in step.vars.items()})
                yield from self._steps(step.steps)
                hands.values.update({name: outer[name] for name in step.vars if name in outer})
            case _:
                yield from act(step, hands)

    def _branch(self, condition: Condition, then: written.Steps, otherwise: written.Steps) -> Decisions:
        judgement = self._hands.judge(condition)
        yield self._hands.say(do.Note(text=f"{'yes' if judgement.holds else 'no'}: {judgement.why}"))
        yield from self._steps(then if judgement.holds else otherwise)
