"""Actions, and what models cost, told in words."""

from sightline.environments.actions import (
    Answer,
    Ask,
    Back,
    CallTool,
    Click,
    Dialog,
    Done,
    DoubleClick,
    Drag,
    Focus,
    Hold,
    Home,
    Infeasible,
    Launch,
    LongPress,
    LoopAction,
    Move,
    Note,
    Open,
    Paste,
    Pinch,
    Press,
    Pull,
    Push,
    Recents,
    Remember,
    ScreenAction,
    Scroll,
    Stop,
    Swipe,
    TripleClick,
    Type,
    Upload,
    Wait,
)  # fmt: skip
from sightline.tasks.records import Usage


def describe(action: ScreenAction | LoopAction) -> str:
    """An action in a few words, its points in pixels of its frame."""
    match action:
        case Click():
            held = "".join(f"{key}+" for key in action.modifiers)
            button = "" if action.button == "left" else f"{action.button} "
            return f"{held}{button}click {action.at}"
        case DoubleClick() | TripleClick() | LongPress() | Move():
            return f"{action.kind.replace('_', ' ')} {action.at}"
        case Pinch():
            return f"pinch {action.at} by {action.factor:g}"
        case Drag() | Swipe():
            return f"{action.kind} {action.path[0]} to {action.path[-1]}"
        case Scroll():
            return f"scroll by {list(action.by)}"
        case Type() | Paste():
            return f"{action.kind} {action.text!r}"
        case Press():
            return f"press {'+'.join(action.keys)}"
        case Hold():
            return f"hold {'+'.join(action.keys)} for {action.seconds:g} s"
        case Open():
            return f"open {action.location}"
        case Launch() | Stop():
            return f"{action.kind} {action.app}".strip()
        case Focus():
            return f"focus {action.window}"
        case Back() | Home() | Recents():
            return action.kind
        case Wait():
            return f"wait {action.seconds:g} s"
        case Upload():
            return f"upload {', '.join(action.paths)}"
        case Push() | Pull():
            return f"{action.kind} {action.path} to {action.to}"
        case Dialog():
            return f"{'accept' if action.accept else 'dismiss'} the dialog" + (
                f" with {action.text!r}" if action.text else ""
            )
        case CallTool():
            return f"call {action.name}"
        case Note():
            return action.text
        case Remember():
            return f"{action.name} = {action.value!r}"
        case Ask():
            return f"ask {action.question!r}"
        case Answer() | Done() | Infeasible():
            return f"{action.kind}: {action.text}" if action.text else action.kind


def tell_usage(usage: Usage) -> str:
    """What a model's answers cost on one line: who, requests, tokens, and the money where a price is known."""
    parts = [f"{usage.requests} request{'s' if usage.requests != 1 else ''}"]
    if usage.asked or usage.answered:
        reused = f" ({usage.reused:,} cached)" if usage.reused else ""
        parts += [f"{usage.asked:,} tokens in{reused}", f"{usage.answered:,} out"]
    else:
        parts.append("tokens not counted")
    if usage.money:
        parts.append(f"cost {tell_money(usage.money)}")
    return f"{usage.role or ''} {usage.model}".strip() + ": " + ", ".join(parts)


def tell_money(money: float) -> str:
    """An amount without a currency, to a millionth."""
    return f"{money:.6f}".rstrip("0").rstrip(".")
