"""The messages between the program and a worker: see docs/PROTOCOL.md.

One JSON object a line, UTF-8, tagged by "type". Requests go to the worker's standard input,
reports come from a private duplicate of its standard output. Big things (weights, predictions,
images) travel as files in the run folder; a message only names them.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.graph.upgrade_report import UpgradeReport
from kerasstudio.runtime.confinement import Confinement
from kerasstudio.runtime.states import RunStatus

PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 64 * 1024 * 1024


class Message(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag=True):
    """Base of every message; the tag is the class name."""


# ---------------------------------------------------------------- requests: program → worker


class Inspect(Message, frozen=True):
    """Infer shapes of `project`. The worker keeps the previous project and recomputes only what
    changed. Answer: `Inspected` with the same id and revision, or nothing when a newer `Inspect`
    is already waiting. When tracing the calls in idle time finds more, `Inspected` comes again;
    `thorough` has that done before the only answer."""

    id: int
    revision: int
    project: Project
    thorough: bool = False


class Suppose(Message, frozen=True):
    """What would be if the drawing were `project`, a variant of the one inspected last, which stays
    what the next `Inspected` is compared with. Answer: `Supposed` about `nodes`."""

    id: int
    project: Project
    nodes: tuple[str, ...] = ()


class DescribeData(Message, frozen=True):
    """Read the sources and summarise them. `base` is the folder relative paths start from.
    Answer: `DataDescribed` or `Failed`; `Progress` in between."""

    id: int
    data: DataSpec
    base: str


class GuessData(Message, frozen=True):
    """Look at files a person chose and propose a `DataSpec` with roles. Answer: `DataGuessed`."""

    id: int
    paths: tuple[str, ...]
    base: str
    target: str | None = None


class Train(Message, frozen=True):
    """Fit `project` in the background; everything durable goes to `run_folder` (see `runs`).

    `resume_from` is the folder of a run to continue from its last checkpoint. `weights` is the
    file of the weights that `project.training.start` names. The worker answers with `RunChanged`,
    `Points`, `EpochEnded`, and at the end `RunChanged` with an ended status."""

    id: int
    project: Project
    run_folder: str
    base: str
    resume_from: str | None = None
    weights: str | None = None


class Control(Message, frozen=True):
    """Steer the running fit. "stop_batch" ends after this batch, "stop_epoch" after this epoch."""

    id: int
    action: Literal["pause", "resume", "stop_batch", "stop_epoch"]


class Evaluate(Message, frozen=True):
    """Evaluate the run's model on its test part, or on the file `data` when given. `checkpoint`
    as in `Export`."""

    id: int
    run_folder: str
    data: str | None = None
    checkpoint: Literal["best", "last"] = "best"


class Predict(Message, frozen=True):
    """Predict every row of the file `data`, and write a CSV table to `out`. `checkpoint` as in
    `Export`."""

    id: int
    run_folder: str
    data: str
    out: str
    checkpoint: Literal["best", "last"] = "best"


class Export(Message, frozen=True):
    """Write `path` in `format` (a `Format.id` of `Ready.formats`), as one of its `variants`, from
    a run, or from a project with fresh weights when `run_folder` is None; then check it in a
    fresh process of its own runtime.

    `checkpoint` says which of the run's weights; "best" means the last ones where no best are
    kept. `weights` is the file of the weights that `project.training.start` names."""

    id: int
    format: str
    path: str
    project: Project
    base: str
    run_folder: str | None = None
    checkpoint: Literal["best", "last"] = "best"
    weights: str | None = None
    variant: str = ""


class ImportModel(Message, frozen=True):
    """Open a model file (.keras, .h5, .json) as a project. Answer: `ModelImported`.

    `weights` is where its weights are written, as a file of the weight store; the project then
    starts from them (`TrainingSpec.start`). None, or a file without weights: it starts fresh."""

    id: int
    path: str
    weights: str | None = None


class TakeWeights(Message, frozen=True):
    """Write the weights of `source`, a model file or the folder of a run, to `out` as a file of
    the weight store, for the layers of `project` that have the names and classes of layers
    there. `checkpoint` as in `Export`. Answer: `WeightsTaken`."""

    id: int
    source: str
    project: Project
    out: str
    checkpoint: Literal["best", "last"] = "best"


class DrawApplication(Message, frozen=True):
    """Draw a network of `keras.applications` (see `graph.applications`), with fresh weights.
    Answer: `ModelImported`."""

    id: int
    name: str
    arguments: dict[str, Any] = {}


class Trust(Message, frozen=True):
    """What code of files this worker may run from now on; what it was told before and is not
    named again is forgotten. `layers` are fingerprints of layers with the code in them, `files`
    texts of the project's code by name, which are run at once (see `graph.placeholders`).
    Answer: `Trusting`."""

    id: int
    layers: tuple[str, ...] = ()
    files: dict[str, str] = {}


class Ping(Message, frozen=True):
    id: int


class Shutdown(Message, frozen=True):
    """End in order: the training thread is asked to stop, then the process exits with 0."""


Request = (
    Inspect | Suppose | DescribeData | GuessData | Train | Control | Evaluate | Predict | Export
    | ImportModel | TakeWeights | DrawApplication | Trust | Ping | Shutdown
)  # fmt: skip


# ---------------------------------------------------------------- reports: worker → program


class Variant(msgspec.Struct, frozen=True):
    """One way to write a format; the first has the id ""."""

    id: str
    label: str
    holds: str


class Format(msgspec.Struct, frozen=True, omit_defaults=True):
    """An export format the worker offers. `holds` says in words what the file keeps and is for;
    `variants` are the ways to write it, where there are several; `folder`: it is no file but a
    folder; `missing` is the command that installs what is needed and is not there."""

    id: str
    label: str
    suffix: str
    holds: str
    needs_run: bool = False
    variants: tuple[Variant, ...] = ()
    folder: bool = False
    missing: str = ""


class Starting(Message, frozen=True):
    """The process runs; `stage` says what it does ("starting TensorFlow")."""

    pid: int
    stage: str
    protocol: int = PROTOCOL_VERSION


class Ready(Message, frozen=True):
    """TensorFlow is imported. `device` is in words: "CPU", "GPU: NVIDIA H200". `catalogue` is the
    path of a catalogue that was written for this Keras, None where the shipped one is of it.
    `confinement` says what keeps a worker that was asked to confine itself, None in others."""

    pid: int
    keras: str
    tensorflow: str
    device: str
    formats: tuple[Format, ...] = ()
    protocol: int = PROTOCOL_VERSION
    catalogue: str | None = None
    confinement: Confinement | None = None


class Inspected(Message, frozen=True):
    """`nodes` are those that changed since the last report, `removed` those that are gone;
    `problems` are all of them. `memory` is what this machine has, in bytes."""

    id: int
    revision: int
    nodes: dict[str, NodeInfo]
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    total: int = 0
    total_trainable: int = 0
    memory: int = 0


class Supposed(Message, frozen=True):
    """`nodes` are those that were asked about, where there is anything to say; `problems` are the
    errors that would be new."""

    id: int
    nodes: dict[str, NodeInfo] = {}
    problems: tuple[Problem, ...] = ()


class DataDescribed(Message, frozen=True):
    id: int
    summary: DataSummary


class DataGuessed(Message, frozen=True):
    id: int
    data: DataSpec
    summary: DataSummary


class RunChanged(Message, frozen=True):
    """The run's status, with the reason when it ended. `steps` is the number of batches of one
    epoch; `problems` say why a run was refused or failed."""

    id: int
    run_folder: str
    status: RunStatus
    reason: str = ""
    steps: int | None = None
    epochs: int | None = None
    problems: tuple[Problem, ...] = ()


class Points(Message, frozen=True):
    """Batch values since the last `Points`: at most 30 messages a second, nothing left out.

    `first` is the global batch number (from 0) of the first value; each list of `values` has one
    entry per batch: the batch's own value, not Keras's running mean; None where it is no finite
    number (JSON has no NaN). `epoch` (from 0) and `step` (batches done in this epoch) say where
    training is; `steps_per_second` is over the last two seconds."""

    id: int
    first: int
    values: dict[str, list[float | None]]
    epoch: int
    step: int
    steps_per_second: float = 0.0
    seconds_left: float | None = None


class EpochEnded(Message, frozen=True):
    """Epoch values as Keras reports them ("loss", "val_loss", ...), those that are finite numbers.
    `epoch` counts from 0. `best` when the monitored value improved. `batches` is the global number
    of batches done."""

    id: int
    epoch: int
    values: dict[str, float]
    seconds: float
    batches: int
    best: bool = False


class Evaluated(Message, frozen=True):
    """`values` are metrics by name; details lie in the run folder's `evaluation.json`.
    `checkpoint` says which weights were evaluated."""

    id: int
    run_folder: str
    values: dict[str, float]
    checkpoint: Literal["best", "last"] = "last"


class Predicted(Message, frozen=True):
    id: int
    path: str
    rows: int


class Exported(Message, frozen=True):
    """`checked` is the verdict of the fresh process in words; `difference` the largest absolute
    difference of the predictions; `agrees` whether the file gives the same predictions, None when
    it could not be checked."""

    id: int
    path: str
    checked: str
    agrees: bool | None
    difference: float | None = None
    notes: tuple[str, ...] = ()


class ModelImported(Message, frozen=True):
    """`notes` say what was changed or left out on the way; `upgrade` what was changed in a file
    of Keras 1 or 2, None for others."""

    id: int
    project: Project
    notes: tuple[str, ...] = ()
    upgrade: UpgradeReport | None = None


class WeightsTaken(Message, frozen=True):
    """`start` is what the project can start from now; `matched` of the `layers` in the source
    that have weights go to a layer of the project, found there `by` "name" or "order"."""

    id: int
    start: Start
    matched: int
    layers: int
    by: Literal["name", "order"] = "name"

    @property
    def told(self) -> str:
        """The same as a sentence."""
        return (
            f"{self.matched} of {self.layers} layers with weights in {self.start.words} "
            f"are layers of this project, by their {self.by}."
        )


class Trusting(Message, frozen=True):
    """`classes` are those that the trusted code defines; `problems` say which of it failed."""

    id: int
    classes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Progress(Message, frozen=True):
    """Where a long request is: `done` from 0 to 1, or None where unknown."""

    id: int
    text: str
    done: float | None = None


class Failed(Message, frozen=True):
    """The request failed in an expected way, or (`crash`) by an error of ours: `problem.detail`
    then holds the traceback."""

    id: int
    problem: Problem
    crash: bool = False


class LogLine(Message, frozen=True):
    """A line for the Log panel."""

    text: str
    level: Literal["info", "warning", "error"] = "info"


class Pong(Message, frozen=True):
    id: int


Report = (
    Starting | Ready | Inspected | Supposed | DataDescribed | DataGuessed | RunChanged | Points
    | EpochEnded | Evaluated | Predicted | Exported | ModelImported | WeightsTaken | Trusting
    | Progress | Failed | LogLine | Pong
)  # fmt: skip

AnyMessage = Request | Report

_encoder = msgspec.json.Encoder()
_request_decoder = msgspec.json.Decoder(Request)
_report_decoder = msgspec.json.Decoder(Report)


class ProtocolError(Exception):
    """A line that is no message: too long, no JSON, an unknown type or a wrong field."""


def encode(message: Any) -> bytes:
    """One line with its newline. Raises `ProtocolError` above `MAX_MESSAGE_BYTES`."""
    line = _encoder.encode(message)
    if len(line) > MAX_MESSAGE_BYTES:
        raise ProtocolError(
            f"message of {len(line)} bytes; at most {MAX_MESSAGE_BYTES} are allowed"
        )
    return line + b"\n"


def decode_request(line: bytes) -> Request:
    return _decode(_request_decoder, line)  # type: ignore[no-any-return]


def decode_report(line: bytes) -> Report:
    return _decode(_report_decoder, line)  # type: ignore[no-any-return]


def _decode(decoder: Any, line: bytes) -> Any:
    if len(line) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"line of {len(line)} bytes; at most {MAX_MESSAGE_BYTES} are allowed")
    try:
        return decoder.decode(line)
    except msgspec.DecodeError as error:
        raise ProtocolError(f"{error} in {line[:200]!r}") from error
