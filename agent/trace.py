"""A run told line by line."""

from sightline.tasks.records import Found, Step
from sightline.tasks.words import describe, tell_money


def milliseconds(step: Step) -> float:
    """How long a step took, in all."""
    timing = step.timing
    return timing.observe + timing.decide + timing.review + timing.act


def tokens(step: Step) -> str:
    """What deciding a step cost: tokens in and out of every model, and money; empty when no model was asked."""
    if not step.usage:
        return ""
    asked, answered, money = (
        sum(getattr(usage, name) for usage in step.usage) for name in ("asked", "answered", "money")
    )
    return f"  {asked:,}+{answered:,} tokens" + (f"  {tell_money(money)}" if money else "")


def tell(step: Step) -> str:
    """One step as one plain line: number, what was done and to what, how sure, where it is written, what it took."""
    decision = step.decision
    parts = [f"{step.number:>3}", describe(step.action)]
    if decision.target:
        sure = f" {decision.grounding.confidence:.2f}" if isinstance(decision.grounding, Found) else ""
        parts.append(f"<{decision.target}>{sure}")
    elif decision.reason:
        parts.append(f"({decision.reason})")
    if step.verdict.kind != "approve":
        parts.append(f"[{step.verdict.kind} by the supervisor]")
    if step.outcome.status != "done" or step.outcome.message:
        parts.append(f"-> {step.outcome.status}: {step.outcome.message}".rstrip(": "))
    parts.append(f"{decision.source}  {milliseconds(step):.0f} ms{tokens(step)}".strip())
    return "  ".join(parts)
