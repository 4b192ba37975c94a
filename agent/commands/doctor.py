"""``sightline doctor``: what is there, what to do about the rest, and whether clicks arrive where they should."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sightline.agent.calibration import Asked
    from sightline.agent.doctor import Finding
    from sightline.environments.calibration import Measure, Target


class Kind(StrEnum):
    BROWSER = "browser"
    DESKTOP = "desktop"
    ANDROID = "android"


class Installable(StrEnum):
    BROWSER = "browser"


def doctor(
    install: Annotated[Installable | None, typer.Option("--install", help="Install what is missing.")] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Click a grid of marks and measure where the clicks arrive.")
    ] = False,
    environment: Annotated[Kind, typer.Option("--environment", help="What to calibrate.")] = Kind.BROWSER,
    model: Annotated[
        str, typer.Option("--model", help="With --calibrate: ask this model for the marks and name its unit.")
    ] = "",
    headed: Annotated[bool, typer.Option("--headed", help="Calibrate with a window that is seen.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what is there and what to do; exit code 3 when something that every task needs is missing.

    With --calibrate: exit code 1 when a click arrives more than a pixel away.
    """
    if install is not None:
        from sightline.environments.browser.install import install_browser

        install_browser(lambda line: typer.echo(line, err=as_json))
    if calibrate:
        _calibrate(environment, model, headed, as_json)
    elif install is None:
        _examine(as_json)


def _examine(as_json: bool) -> None:
    import json

    from sightline.agent.doctor import examine

    findings: list[Finding] = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(_line(finding))
    sound = all(finding.found for finding in findings if finding.need == "needed")
    if as_json:
        typer.echo(json.dumps({"ok": sound, "findings": [finding.model_dump() for finding in findings]}, indent=2))
    if not sound:
        raise typer.Exit(3)


def _line(finding: "Finding") -> str:
    sign = "ok" if finding.found else "missing" if finding.need == "needed" else "-"
    advice = f"; {finding.advice}" if finding.advice and not finding.found else ""
    return f"{sign:8}{finding.name:15}{finding.detail}{advice}"


def _calibrate(kind: Kind, model: str, headed: bool, as_json: bool) -> None:
    import json

    from sightline.environments.calibration import measure

    opened = None
    if model:
        from sightline.agent.models.choose import open_with_dialect

        opened = open_with_dialect(model)
    measures: list[Measure] = []
    asked: Asked | None = None
    for target in _targets(kind, headed):
        measures.append(measure(target))
        if opened is not None and asked is None:
            from sightline.agent.calibration import ask_for_marks

            asked = ask_for_marks(target, *opened)
    passed = all(each.error is not None and each.error <= 1 for each in measures)
    if as_json:
        found = {"ok": passed, "measures": [each.model_dump() for each in measures]}
        typer.echo(json.dumps(found | ({"model": asked.model_dump()} if asked else {}), indent=2))
    else:
        _print_table(measures)
        if asked is not None:
            from sightline.agent.calibration import in_words
            from sightline.tasks.words import tell_usage

            typer.echo("\n".join([in_words(asked), *map(tell_usage, asked.usage)]))
    if not passed:
        raise typer.Exit(1)


def _targets(kind: Kind, headed: bool) -> "Iterator[Target]":
    """What is clicked for a kind of screen."""
    match kind:
        case Kind.BROWSER:
            from sightline.environments.browser.calibration import browser_targets

            return browser_targets(headed=headed)
        case Kind.DESKTOP:
            from sightline.environments.desktop.calibration import desktop_targets

            return desktop_targets()
        case Kind.ANDROID:
            from sightline.environments.android.calibration import android_targets

            return android_targets()


def _print_table(measures: "list[Measure]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("target", "frame", "scale", "clicks", "error")
    for each in measures:
        error = "lost" if each.error is None else f"{each.error} px"
        table.add_row(each.target, each.frame, f"{each.scale[0]:g}", str(each.clicks), error)
    Console().print(table)
