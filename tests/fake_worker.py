"""A worker without TensorFlow that speaks the protocol, and misbehaves where flags tell it to.

    python tests/fake_worker.py [--slow-hello 2] [--die-at-batch 3] [--ignore-stop] [--garbage] ...

Shapes, summaries and curves are made up but plausible, so that the window can be developed and
tested in milliseconds. Run folders are written like real ones.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.foreign import content_kind
from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Layer, Project
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime import runs

FORMATS = (
    p.Format("keras", "Keras file", ".keras", "Model, weights and optimizer."),
    p.Format("h5", "HDF5 file", ".h5", "Model and weights."),
    p.Format("weights", "Weights only", ".weights.h5", "Weights, no model.", needs_run=True),
    p.Format("json", "Architecture", ".json", "The model without weights."),
    p.Format("python", "Python script", ".py", "Model and training as a runnable script."),
)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow-hello", type=float, default=0.0, help="seconds before Ready")
    parser.add_argument("--silent", action="store_true", help="never say Ready")
    parser.add_argument("--version", type=int, default=p.PROTOCOL_VERSION)
    parser.add_argument("--garbage", action="store_true", help="lines that are no messages")
    parser.add_argument("--flood", type=int, default=0, help="log lines sent at once")
    parser.add_argument("--ignore-stop", action="store_true", help="ignore Shutdown and SIGTERM")
    parser.add_argument("--die-at-batch", type=int, default=-1, help="SIGKILL itself there")
    parser.add_argument("--die-on", default="", help="name of a request to die on")
    parser.add_argument("--fail-on", default="", help="name of a request answered by Failed")
    parser.add_argument("--refuse", action="store_true", help="refuse every Train")
    parser.add_argument("--nan-at-batch", type=int, default=-1, help="the loss becomes NaN there")
    parser.add_argument("--late", type=float, default=0.0, help="seconds before each Inspected")
    parser.add_argument("--steps", type=int, default=25, help="batches of one epoch")
    parser.add_argument("--batch-seconds", type=float, default=0.002)
    return parser.parse_args(arguments)


class FakeWorker:
    def __init__(self, flags: argparse.Namespace) -> None:
        self.flags = flags
        self.out = os.dup(1)
        os.dup2(2, 1)
        self.lock = threading.Lock()
        self.inspected: dict[str, NodeInfo] = {}
        self.training: threading.Thread | None = None
        self.go = threading.Event()
        self.stop = ""

    def send(self, message: p.Message) -> None:
        self.write(p.encode(message))

    def write(self, data: bytes) -> None:
        with self.lock:
            view = memoryview(data)
            while view:
                view = view[os.write(self.out, view) :]

    def run(self) -> None:
        flags = self.flags
        if flags.ignore_stop:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.send(p.Starting(os.getpid(), "starting TensorFlow", protocol=flags.version))
        time.sleep(flags.slow_hello)
        if flags.silent:
            time.sleep(3600)
        if flags.garbage:
            self.write(b'not a message\n{"type":"Nonsense"}\n\xff\xfe\n{"type":"Pong"\n')
        self.send(
            p.Ready(os.getpid(), "3.15.1", "2.21.0", "CPU", formats=FORMATS, protocol=flags.version)
        )
        for number in range(flags.flood):
            self.send(p.LogLine(f"line {number}"))
        for line in sys.stdin.buffer:
            try:
                request = p.decode_request(line)
            except p.ProtocolError as error:
                self.send(p.Failed(0, Problem("worker.protocol", str(error))))
                continue
            self.answer(request)
        if flags.ignore_stop:
            time.sleep(3600)
        os._exit(0)

    def answer(self, request: Any) -> None:
        name = type(request).__name__
        if name == self.flags.die_on:
            os.kill(os.getpid(), signal.SIGKILL)
        if name == self.flags.fail_on:
            self.send(
                p.Failed(
                    request.id,
                    Problem("worker.crash", "An unexpected error: ValueError: on request"),
                    crash=True,
                )
            )
            return
        match request:
            case p.Ping():
                self.send(p.Pong(request.id))
            case p.Shutdown():
                if not self.flags.ignore_stop:
                    os._exit(0)
            case p.Inspect():
                time.sleep(self.flags.late)
                self.send(self.inspect(request))
            case p.Suppose():
                self.send(p.Supposed(request.id))
            case p.DescribeData():
                self.send(p.Progress(request.id, "Reading", 0.5))
                self.send(p.DataDescribed(request.id, describe(request.data)))
            case p.GuessData():
                data = guess(request.paths, request.target)
                self.send(p.DataGuessed(request.id, data, describe(data)))
            case p.Train():
                self.training = threading.Thread(target=self.train, args=(request,), daemon=True)
                self.stop = ""
                self.go.set()
                self.training.start()
            case p.Control():
                self.control(request)
            case p.Trust():
                self.send(p.Trusting(request.id, (*request.layers, *request.files)))
            case p.Evaluate():
                self.send(
                    p.Evaluated(request.id, request.run_folder, {"loss": 0.21, "accuracy": 0.93})
                )
            case p.Predict():
                Path(request.out).write_text("row,true,predicted\n2,0,0\n3,1,1\n")
                self.send(p.Predicted(request.id, request.out, 2))
            case p.Export():
                Path(request.path).write_bytes(b"fake export")
                self.send(
                    p.Exported(
                        request.id, request.path, "same predictions on 32 samples", True, 0.0
                    )
                )
            case p.ImportModel():
                self.send(p.Progress(request.id, "Looking at it"))
                time.sleep(self.flags.late)
                path = Path(request.path)
                if path.suffix in (".keras", ".h5", ".json") or content_kind(path) == "model":
                    self.send(p.ModelImported(request.id, Project(), ("nothing was imported",)))
                else:
                    said = f"{path.name} is no model."
                    self.send(p.Failed(request.id, Problem("import.kind", said)))

    # ------------------------------------------------------------------ shapes

    def inspect(self, request: p.Inspect) -> p.Inspected:
        nodes, problems = infer(request.project)
        changed = {key: info for key, info in nodes.items() if self.inspected.get(key) != info}
        removed = tuple(key for key in self.inspected if key not in nodes)
        self.inspected = nodes
        return p.Inspected(
            id=request.id,
            revision=request.revision,
            nodes=changed,
            removed=removed,
            problems=tuple(problems),
            total=sum(info.parameters for info in nodes.values()),
            total_trainable=sum(info.trainable for info in nodes.values()),
        )

    # ------------------------------------------------------------------ training

    def control(self, request: p.Control) -> None:
        if self.flags.ignore_stop:
            return
        if request.action == "pause":
            self.go.clear()
        else:
            if request.action != "resume":
                self.stop = request.action
            self.go.set()

    def train(self, request: p.Train) -> None:
        folder = Path(request.run_folder)
        steps, epochs = self.flags.steps, request.project.training.epochs
        metrics = metric_names(request.project)

        def change(status: Any, reason: str = "", **more: Any) -> None:
            runs.update_run(folder, status=status, reason=reason, **more)
            self.send(
                p.RunChanged(
                    request.id,
                    request.run_folder,
                    status,
                    reason,
                    steps=steps,
                    epochs=epochs,
                    problems=more.get("problems", ()),
                )
            )

        runs.take_over(folder)
        change("preparing")
        if self.flags.refuse:
            problem = Problem("train.labels", "The label 10 has no unit in the last layer.")
            change("refused", problem.message, ended=runs.now(), problems=(problem,))
            return
        change("running", epochs=epochs, steps=steps, parameters=1234)
        made_up = random.Random(request.project.training.seed)
        batch = 0
        status, reason = "finished", f"Finished all {epochs} epochs."
        history: dict[str, list[float | None]] = {}
        first, pending = 0, {name: [] for name in metrics}
        shown = time.monotonic()
        points_file = (folder / "points.jsonl").open("ab", buffering=0)
        epochs_file = (folder / "epochs.jsonl").open("ab", buffering=0)

        def publish(epoch: int, step: int) -> None:
            nonlocal first, pending, shown
            values = {name: list(each) for name, each in pending.items()}
            report = p.Points(
                request.id,
                first,
                values,
                epoch,
                step,
                1 / max(self.flags.batch_seconds, 1e-4),
                (epochs * steps - batch) * self.flags.batch_seconds,
            )
            points_file.write(p.encode(report))
            self.send(report)
            first, pending, shown = batch, {name: [] for name in metrics}, time.monotonic()

        for epoch in range(epochs):
            for step in range(steps):
                if not self.go.is_set():
                    publish(epoch, step)
                    change("paused")
                    self.go.wait()
                    change("running")
                if self.stop == "stop_batch":
                    break
                if batch == self.flags.die_at_batch:
                    os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(self.flags.batch_seconds)
                for name in metrics:
                    pending[name].append(made_up_value(name, batch / steps, made_up))
                batch += 1
                if batch == self.flags.nan_at_batch:
                    pending[metrics[0]][-1] = None
                    status, reason = "failed", f"The loss became NaN at batch {batch}."
                    self.stop = "stop_batch"
                if time.monotonic() - shown >= 1 / 30:
                    publish(epoch, step + 1)
            publish(epoch, steps)
            if self.stop == "stop_batch":
                if status == "finished":
                    status, reason = "stopped", f"Stopped by you after batch {batch}."
                break
            values = {name: made_up_value(name, epoch + 1.0, made_up) for name in metrics}
            values |= {f"val_{name}": made_up_value(name, epoch + 0.7, made_up) for name in metrics}
            for name, value in values.items():
                history.setdefault(name, []).append(value)
            ended = p.EpochEnded(
                request.id, epoch, values, steps * self.flags.batch_seconds, batch, best=True
            )
            epochs_file.write(p.encode(ended))
            self.send(ended)
            runs.update_run(folder, history=history, epochs_done=epoch + 1, batches_done=batch)
            if self.stop:
                status, reason = "stopped", f"Stopped by you after epoch {epoch + 1}."
                break
        points_file.close()
        epochs_file.close()
        test = {name: made_up_value(name, 20.0, made_up) for name in metrics}
        change(
            status, reason, ended=runs.now(), test=test, batches_done=batch, steps_per_second=500.0
        )


def made_up_value(name: str, epoch: float, chance: random.Random) -> float:
    noise = chance.gauss(0, 0.03)
    if "loss" in name:
        return max(0.01, 2.3 * math.exp(-epoch / 3) + 0.08 + noise)
    return min(1.0, max(0.0, 1 - 0.9 * math.exp(-epoch / 3) + noise))


def metric_names(project: Project) -> list[str]:
    outputs = [layer.name for _, layer in project.outputs()]
    if len(outputs) < 2:
        return ["loss", "accuracy"]
    return ["loss", *(f"{name}_{kind}" for name in outputs for kind in ("loss", "accuracy"))]


# ---------------------------------------------------------------------- shapes


def infer(project: Project) -> tuple[dict[str, NodeInfo], list[Problem]]:
    """Shapes by a handful of rules; what is not known passes its input on."""
    nodes: dict[str, NodeInfo] = {}
    problems: list[Problem] = []
    for graph in project.graphs.values():
        waiting = dict(graph.nodes)
        for _ in range(len(waiting) + 1):
            for key, node in list(waiting.items()):
                wires = sorted(
                    (wire for wire in graph.wires.values() if wire.target == key),
                    key=lambda wire: wire.port,
                )
                layer = project.layers[node.layer]
                if any(wire.source in waiting for wire in wires):
                    continue
                sources = [nodes[wire.source] for wire in wires if wire.source in nodes]
                if not layer.is_input and (
                    not sources or any(not source.outputs for source in sources)
                ):
                    nodes[key] = NodeInfo("waiting")
                else:
                    nodes[key] = infer_layer(layer, [each.outputs[0] for each in sources])
                    if nodes[key].status == "error":
                        problems.append(
                            Problem(
                                "shape.rank",
                                f"{layer.class_name} needs images.",
                                expected="4 axes",
                                place=Place(graph=graph.id, node=key, layer=layer.id),
                            )
                        )
                del waiting[key]
        for key in waiting:
            nodes[key] = NodeInfo("waiting")
    return nodes, problems


def infer_layer(layer: Layer, inputs: list[TensorSpec]) -> NodeInfo:
    arguments = layer.arguments
    if layer.is_input:
        shape = (None, *(arguments.get("shape") or ()))
        return NodeInfo("ok", (TensorSpec(shape, arguments.get("dtype") or "float32"),))
    shape = inputs[0].shape
    last = shape[-1] or 1
    parameters = 0
    if layer.class_name == "Dense":
        units = int(arguments.get("units", 1))
        parameters = last * units + units
        shape = (*shape[:-1], units)
    elif layer.class_name == "Conv2D":
        if len(shape) != 4:
            return NodeInfo("error")
        filters = int(arguments.get("filters", 1))
        parameters = 9 * last * filters + filters
        cut = 0 if arguments.get("padding") == "same" else 2
        shape = (None, *((axis or 0) - cut for axis in shape[1:3]), filters)
    elif layer.class_name == "MaxPooling2D":
        if len(shape) != 4:
            return NodeInfo("error")
        shape = (None, *((axis or 0) // 2 for axis in shape[1:3]), shape[3])
    elif layer.class_name == "Flatten":
        shape = (None, math.prod(axis or 1 for axis in shape[1:]))
    elif layer.class_name.startswith("Global"):
        shape = (None, shape[-1])
    elif layer.class_name in {"LSTM", "GRU", "SimpleRNN"}:
        units = int(arguments.get("units", 1))
        parameters = 4 * (units * units + units * last + units)
        shape = (None, units)
    elif layer.class_name == "Concatenate":
        shape = (*shape[:-1], sum(each.shape[-1] or 0 for each in inputs))
    trainable = parameters if layer.trainable else 0
    return NodeInfo(
        "ok",
        (TensorSpec(tuple(shape)),),
        parameters,
        trainable,
        multiply_adds=parameters,
        activation_bytes=4 * math.prod(axis or 1 for axis in shape[1:]),
    )


# ---------------------------------------------------------------------- data


def describe(data: DataSpec) -> DataSummary:
    columns = []
    for column in data.columns:
        classes = tuple(str(each) for each in range(10)) if column.role == "target" else None
        columns.append(
            ColumnSummary(
                name=column.name,
                source=column.source,
                kind=column.kind,
                shape=(8, 8, 1) if column.kind == "array" else (),
                dtype="float32" if column.kind in {"number", "array"} else "int64",
                minimum=0.0,
                maximum=16.0,
                mean=4.9,
                distinct=10 if classes else None,
                classes=classes,
                histogram=(3, 8, 14, 22, 14, 8, 3, 1, 1, 1),
            )
        )
    fingerprint = hashlib.sha256("".join(each.path for each in data.sources).encode()).hexdigest()
    preview = tuple(tuple(f"{row}.{each}" for each in range(len(columns))) for row in range(20))
    return DataSummary(1797, tuple(columns), preview, (1257, 270, 270), fingerprint)


def guess(paths: tuple[str, ...], target: str | None) -> DataSpec:
    sources = tuple(
        Source(f"s{index}", path, Path(path).suffix.lstrip(".") or "csv")
        for index, path in enumerate(paths)
    )
    first = sources[0].id if sources else "s0"
    return DataSpec(
        sources=sources,
        columns=(
            Column("x", first, "array"),
            Column(target or "y", first, "integer", "target", "index"),
        ),
    )


if __name__ == "__main__":
    FakeWorker(parse(sys.argv[1:])).run()
