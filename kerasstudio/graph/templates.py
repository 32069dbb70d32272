"""Projects to start from, each with real data from the samples, each trained in under a minute.

A template is a project file in `resources/templates`, drawn in the studio like any other, and its
entry in `index.json` there.
"""

from __future__ import annotations

import msgspec

from kerasstudio.graph.data_models import STYLES, build_for_data
from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.files import read_project
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.resources import resource

__all__ = ["Template", "model_for_data", "project_from", "templates"]


class Template(msgspec.Struct, frozen=True):
    """A project to start from. `style` is what `model_for_data` makes of it for other data."""

    id: str
    title: str
    description: str
    style: str = "auto"

    def make(self) -> Project:
        """The project, as its file holds it."""
        return read_project(resource(f"templates/{self.id}.kstudio"))


def templates() -> list[Template]:
    """All templates, in the order the start page shows them."""
    index = resource("templates/index.json").read_bytes()
    return msgspec.json.decode(index, type=list[Template])


def project_from(template_id: str) -> Project:
    """The project of a template. Raises `StudioError` for an unknown id."""
    return _template(template_id).make()


def model_for_data(data: DataSpec, summary: DataSummary, template: str | None = None) -> Project:
    """A sensible model for described data: images get convolutions, tables dense layers, series
    an LSTM. `template` is the id of a template, or a style ("mlp", "cnn", "residual", "lstm").

    Raises `StudioError` for an unknown template and for one that does not suit the data."""
    if template is None or template in {*STYLES, "auto"}:
        return build_for_data(data, summary, template or "auto")
    chosen = _template(template)
    if chosen.id == "blank":
        return Project(data=data)
    return build_for_data(data, summary, chosen.style)


def _template(template_id: str) -> Template:
    known = templates()
    for template in known:
        if template.id == template_id:
            return template
    names = [template.id for template in known] + list(STYLES)
    raise StudioError(
        Problem(
            code="template.unknown",
            message=f'There is no template "{template_id}".',
            expected=f"one of: {', '.join(names)}",
            received=template_id,
        )
    )
