"""Compiling, callbacks, `fit` and `evaluate` as code: what the Train page says."""

from __future__ import annotations

import msgspec

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen.pieces import Call, Index, Items, Leaf, Pairs, Piece
from kerasstudio.graph.codegen.rendering import INDENT, body_lines, render
from kerasstudio.graph.codegen.source import text
from kerasstudio.graph.codegen.values import Values
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.defaults import training_for_output
from kerasstudio.graph.ends import Side, end_nodes, leaves, structure_of, usual_structure
from kerasstudio.graph.metric_names import validates
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject

BEST = "best.weights.h5"


class TrainingCode:
    """Statements for one project; `values` writes optimizers, losses and metrics."""

    def __init__(self, project: Project, summary: DataSummary | None, catalogue: Catalogue) -> None:
        self._project = project
        self._summary = summary
        self._values = Values(catalogue)
        self._validates = validates(project)

    def compile_function(self) -> list[str]:
        """`compile_model(model)`; loss and metric objects, as in the program."""
        losses: list[tuple[str, Piece]] = []
        metrics: list[tuple[str, Piece]] = []
        weights: list[tuple[str, Piece]] = []
        for _, layer in self._project.outputs():
            chosen = training_for_output(self._project, layer.id, self._summary)
            losses.append((layer.name, self._made(chosen.loss) if chosen.loss else "None"))
            made = Items(tuple(self._made(metric) for metric in chosen.metrics or ()))
            metrics.append((layer.name, made))
            weights.append((layer.name, Leaf(chosen.loss_weight)))
        weighted = any(weight != Leaf(1.0) for _, weight in weights)
        optimizer = self._made(self._project.training.optimizer)
        keywords: list[tuple[str, Piece]] = [("optimizer", optimizer)]
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

    def by_names(self) -> list[str]:
        """The model with inputs and outputs as the data has them, where it takes or gives them in
        another structure; it shares the weights. [] for the usual one."""
        sides = [self._side("inputs"), self._side("outputs")]
        if None in sides or not self._project.graph.structure:
            return []
        call = Call("keras.Model", tuple(side for side in sides if side is not None))
        return [
            "# The same model with inputs and outputs by name.",
            *body_lines(call, "trained = "),
        ]

    def _side(self, side: Side) -> Piece | None:
        """`{"a": model.inputs[0]}`; None where there is nothing."""
        graph = self._project.graph
        wired = {wire.target for wire in graph.wires.values()}
        nodes = [
            key for key in end_nodes(self._project, graph, side) if side == "inputs" or key in wired
        ]
        structure = structure_of(self._project, graph, side, nodes)
        order = list(leaves(structure)) if structure is not None else []
        usual = usual_structure(self._project, graph, nodes)
        if usual is None:
            return None
        tensors = {key: Index(f"model.{side}", Leaf(place)) for place, key in enumerate(order)}
        if "$node" in usual:
            return tensors[usual["$node"]]
        inside = usual["$dict"].items()
        return Pairs(tuple((str(key), tensors[each["$node"]]) for key, each in inside))

    def callbacks(self) -> list[str]:
        """`callbacks = [...]`; [] where there are none."""
        spec = self._project.training
        made: list[Piece] = []
        if spec.early_stopping is not None:
            stop = spec.early_stopping
            made.append(
                _callback(
                    "EarlyStopping",
                    monitor=self._monitor(stop.monitor),
                    patience=Leaf(stop.patience),
                    min_delta=Leaf(stop.min_delta) if stop.min_delta else None,
                    mode=Leaf(stop.mode) if stop.mode != "auto" else None,
                    restore_best_weights="True" if stop.restore_best_weights else None,
                )
            )
        if spec.checkpoint is not None:
            keep = spec.checkpoint
            monitor = self._monitor(keep.monitor)
            made.append(
                _callback(
                    "ModelCheckpoint",
                    filepath=Leaf(BEST),
                    monitor=monitor if monitor != Leaf("val_loss") else None,
                    mode=Leaf(keep.mode) if keep.mode != "auto" else None,
                    save_best_only="True",
                    save_weights_only="True",
                )
            )
        return body_lines(Items(tuple(made)), "callbacks = ") if made else []

    def fit(self, model: str) -> list[str]:
        """`model.fit(...)`."""
        spec = self._project.training
        arguments: list[tuple[str, Piece]] = [("epochs", "EPOCHS"), ("batch_size", "BATCH_SIZE")]
        if not spec.shuffle:
            arguments.append(("shuffle", "False"))
        if self._validates:
            arguments.append(("validation_data", "validation"))
        if spec.early_stopping is not None or spec.checkpoint is not None:
            arguments.append(("callbacks", "callbacks"))
        return body_lines(Call(f"{model}.fit", ("*train",), tuple(arguments)))

    def best_weights(self, model: str) -> list[str]:
        """The weights of the best epoch stand for the training."""
        if self._project.training.checkpoint is None:
            return []
        return [f"{model}.load_weights({text(BEST)})"]

    def evaluate(self, model: str) -> list[str]:
        """Metrics on the test part; [] where there is none."""
        if not self._project.data.split.test > 0:
            return []
        call = f"{model}.evaluate(*test, batch_size=BATCH_SIZE, return_dict=True)"
        return [f"print({call})"]

    def parts(self) -> str:
        """What `load_data` gives, with _ for parts that nobody uses."""
        tests = self._project.data.split.test > 0
        names = ("train", "validation" if self._validates else "_", "test" if tests else "_")
        return ", ".join(names)

    def _monitor(self, name: str) -> Piece:
        """Without a validation part the training value of the same name is followed."""
        return Leaf(name if self._validates else name.removeprefix("val_"))

    def _made(self, spec: KerasObject) -> Piece:
        return self._values.object(msgspec.to_builtins(spec) | {"config": spec.config})


def _callback(name: str, **arguments: Piece | None) -> Call:
    given = tuple((key, value) for key, value in arguments.items() if value is not None)
    return Call(f"keras.callbacks.{name}", (), given)
