"""Compiling, callbacks, `fit` and `evaluate` as code."""

from __future__ import annotations

import msgspec

from kerasstudio.graph.codegen.pieces import Call, Items, Pairs, Piece
from kerasstudio.graph.codegen.rendering import INDENT, render
from kerasstudio.graph.codegen.source import text
from kerasstudio.graph.codegen.values import Values
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.defaults import training_for_output
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject


def compile_code(project: Project, summary: DataSummary | None) -> list[str]:
    """`compile_model(model)`; loss and metric objects, as in the program."""
    losses: list[tuple[str, Piece]] = []
    metrics: list[tuple[str, Piece]] = []
    weights: list[tuple[str, Piece]] = []
    for _, layer in project.outputs():
        chosen = training_for_output(project, layer.id, summary)
        losses.append((layer.name, _made(chosen.loss) if chosen.loss else "None"))
        made = Items(tuple(_made(metric) for metric in chosen.metrics or ()))
        metrics.append((layer.name, made))
        weights.append((layer.name, repr(chosen.loss_weight)))
    weighted = any(weight != "1.0" for _, weight in weights)
    keywords: list[tuple[str, Piece]] = [("optimizer", _made(project.training.optimizer))]
    if len(losses) == 1:
        keywords += [("loss", losses[0][1]), ("metrics", metrics[0][1])]
        if weighted:
            keywords.append(("loss_weights", Items((weights[0][1],))))
    else:
        keywords += [("loss", Pairs(tuple(losses))), ("metrics", Pairs(tuple(metrics)))]
        if weighted:
            keywords.append(("loss_weights", Pairs(tuple(weights))))
    return [
        "def compile_model(model: keras.Model) -> None:",
        f'{INDENT}"""Say how the model is trained and measured."""',
        *render(Call("model.compile", (), tuple(keywords)), indent=INDENT),
    ]


def callbacks_code(project: Project) -> list[str]:
    """Lines of a `callbacks` list, indented for the body of `main`."""
    spec = project.training
    made: list[Piece] = []
    if spec.early_stopping is not None:
        stop = spec.early_stopping
        made.append(
            _callback(
                "EarlyStopping",
                monitor=text(stop.monitor),
                patience=repr(stop.patience),
                min_delta=repr(stop.min_delta) if stop.min_delta else None,
                mode=text(stop.mode) if stop.mode != "auto" else None,
                restore_best_weights="True" if stop.restore_best_weights else None,
            )
        )
    if spec.checkpoint is not None and _is_watched(project, spec.checkpoint.monitor):
        keep = spec.checkpoint
        made.append(
            _callback(
                "ModelCheckpoint",
                filepath='"best.keras"',
                monitor=text(keep.monitor) if keep.monitor != "val_loss" else None,
                mode=text(keep.mode) if keep.mode != "auto" else None,
                save_best_only="True",
            )
        )
    return render(Items(tuple(made)), "callbacks = ", INDENT) if made else []


def _is_watched(project: Project, monitor: str) -> bool:
    """Without a validation part nothing that begins with val_ is ever reported."""
    validates = project.training.validate and project.data.split.validation > 0
    return validates or not monitor.startswith("val_")


def _callback(name: str, **arguments: str | None) -> Call:
    given = tuple((key, value) for key, value in arguments.items() if value is not None)
    return Call(f"keras.callbacks.{name}", (), given)


def _made(spec: KerasObject) -> Piece:
    from kerasstudio.graph.catalogue import shipped
    return Values(shipped()).object(msgspec.to_builtins(spec) | {"config": spec.config})
