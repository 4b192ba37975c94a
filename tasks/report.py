"""The report of an episode: one small HTML page beside the pictures, which are loaded as they scroll into view."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape

from sightline.environments.actions import points_of
from sightline.tasks.episode import Episode
from sightline.tasks.records import Found, Step
from sightline.tasks.words import describe, tell_usage
from sightline.tools.errors import Unavailable


def write_report(episode: Episode) -> Path:
    """Write ``report.html`` into the episode's folder; raises Unavailable when it cannot be written."""
    path = episode.folder / "report.html"
    try:
        path.write_text(render_report(episode), encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{path}: cannot be written ({error.strerror}); expected a folder with room") from None
    return path


def render_report(episode: Episode) -> str:
    """The page as HTML; pictures are named relative to the episode's folder."""
    sizes = {seen.frame.id: seen.frame.size for seen in episode.observations}
    jinja = Environment(loader=PackageLoader("sightline.tasks"), autoescape=select_autoescape(), trim_blocks=True)
    rows = [
        {
            "step": step,
            "words": describe(step.action),
            "points": points_of(step.action),
            "box": step.decision.grounding.box if isinstance(step.decision.grounding, Found) else None,
            "size": sizes.get(step.frame),
            "said": _said(step),
            "usage": [tell_usage(usage) for usage in step.usage],
        }
        for step in episode.steps
    ]
    usage = [tell_usage(usage) for usage in episode.usage]
    return jinja.get_template("report.html.j2").render(start=episode.start, end=episode.end, rows=rows, usage=usage)


def _said(step: Step) -> list[str]:
    """Where a step is written, why it was decided and how its target was found, as far as there is such a thing."""
    decision = step.decision
    found = decision.grounding.why if decision.grounding else ""
    return [said for said in (decision.source, decision.reason, found) if said]
