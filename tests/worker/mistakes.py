"""Mistakes that people make while drawing: small projects in which the layer "bad" is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.ports import free_port
from kerasstudio.graph.project import Project


class Drawing:
    """A model being drawn by edits, with the ports that the catalogue has."""

    def __init__(self) -> None:
        self.project = Project()

    def input(self, name: str, shape: list[Any], dtype: str = "float32") -> str:
        arguments: dict[str, Any] = {"shape": shape}
        if dtype != "float32":
            arguments["dtype"] = dtype
        return self._add("InputLayer", name, arguments)

    def layer(self, class_name: str, *sources: str, name: str, **arguments: Any) -> str:
        """A layer fed by these nodes, in the order of its ports."""
        node = self._add(class_name, name, arguments)
        for source in sources:
            slot = free_port(self.project, node, shipped())
            assert slot is not None
            self.wire(source, node, slot.name)
        return node

    def wire(self, source: str, target: str, port: str) -> None:
        self.project = edits.connect(self.project, source, target, port, catalogue=shipped())

    def _add(self, class_name: str, name: str, arguments: dict[str, Any]) -> str:
        kind = shipped().named(class_name)
        assert kind is not None, class_name
        x = 240.0 * len(self.project.graph.nodes)
        self.project, node = edits.add_layer(self.project, kind, x, 0, name=name)
        layer = self.project.graph.nodes[node].layer
        for key in self.project.layers[layer].arguments:
            self.project = edits.reset_argument(self.project, layer, key)
        self.project = edits.set_arguments(self.project, layer, arguments)
        return node


Draw = Callable[[Drawing], str]


class Mistake(NamedTuple):
    """`draw` draws it and returns the last node. `code` is what it is called, `says` are words of
    the message, `fixes` are labels that must be among those offered."""

    name: str
    draw: Draw
    code: str
    says: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()

    def project(self) -> Project:
        """The drawing, with an Output behind the last layer."""
        drawing = Drawing()
        last = self.draw(drawing)
        drawing.layer("Output", last, name="y")
        return drawing.project


def after(shape: list[Any], class_name: str, of: str = "float32", **arguments: Any) -> Draw:
    """The wrong layer right behind an Input of `shape`."""
    return behind(shape, (class_name, arguments), of=of)


def behind(shape: list[Any], *steps: tuple[str, dict[str, Any]], of: str = "float32") -> Draw:
    """Layers in a row behind an Input; the last is the wrong one."""

    def draw(drawing: Drawing) -> str:
        x = drawing.input("x", shape, of)
        for number, (class_name, arguments) in enumerate(steps, start=1):
            name = "bad" if number == len(steps) else f"step_{number}"
            x = drawing.layer(class_name, x, name=name, **arguments)
        return x

    return draw


def merged(class_name: str, *shapes: list[Any], **arguments: Any) -> Draw:
    """Inputs "a", "b", ... of these shapes, put together by the wrong layer."""

    def draw(drawing: Drawing) -> str:
        ends = [drawing.input(name, shape) for name, shape in zip("abcd", shapes, strict=False)]
        return drawing.layer(class_name, *ends, name="bad", **arguments)

    return draw


def held(class_name: str, **config: Any) -> dict[str, Any]:
    """A layer inside another one."""
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }


def _decoder(drawing: Drawing) -> str:
    """A convolution behind the ten scores of a head, beside a stem that would fit."""
    image = drawing.input("image", [28, 28, 1])
    stem = drawing.layer("Conv2D", image, name="stem", filters=8, kernel_size=3)
    flat = drawing.layer("Flatten", stem, name="flat")
    head = drawing.layer("Dense", flat, name="head_b", units=10)
    return drawing.layer("Conv2D", head, name="bad", filters=16, kernel_size=3)


def _residual(drawing: Drawing) -> str:
    """A residual block whose branch has other channels and half the size."""
    image = drawing.input("image", [16, 16, 3])
    stem = drawing.layer("Conv2D", image, name="stem", filters=8, kernel_size=3, padding="same")
    branch = drawing.layer(
        "Conv2D", stem, name="branch", filters=16, kernel_size=3, strides=2, padding="same"
    )
    norm = drawing.layer("BatchNormalization", branch, name="norm")
    return drawing.layer("Add", norm, stem, name="bad")


def _branches(drawing: Drawing) -> str:
    """Two Dense branches of different width, an activation behind one of them."""
    x = drawing.input("x", [4])
    one = drawing.layer("Dense", x, name="one", units=3)
    two = drawing.layer("Dense", x, name="two", units=5)
    act = drawing.layer("ReLU", two, name="act")
    return drawing.layer("Add", one, act, name="bad")


def _lost_border(drawing: Drawing) -> str:
    x = drawing.input("x", [8, 8, 3])
    shorter = drawing.layer("Conv2D", x, name="shorter", filters=3, kernel_size=3)
    return drawing.layer("Add", x, shorter, name="bad")


def _wrong_state(drawing: Drawing) -> str:
    x, state = drawing.input("x", [10, 3]), drawing.input("state", [9])
    bad = drawing.layer("GRU", x, name="bad", units=8)
    drawing.wire(state, bad, "initial_state.0")
    return bad


def _missing_state(drawing: Drawing) -> str:
    x, state = drawing.input("x", [10, 3]), drawing.input("state", [8])
    bad = drawing.layer("LSTM", x, name="bad", units=8)
    drawing.wire(state, bad, "initial_state.0")
    return bad


def _attention_of_vectors(drawing: Drawing) -> str:
    x = drawing.input("x", [16])
    return drawing.layer("MultiHeadAttention", x, x, name="bad", num_heads=2, key_dim=4)


def _image_and_numbers(drawing: Drawing) -> str:
    image, numbers = drawing.input("image", [8, 8, 3]), drawing.input("numbers", [5])
    return drawing.layer("Concatenate", image, numbers, name="bad")


def _sequence_and_vector(drawing: Drawing) -> str:
    words, mood = drawing.input("words", [12, 6]), drawing.input("mood", [3])
    return drawing.layer("Concatenate", words, mood, name="bad")


def _stretched(drawing: Drawing) -> str:
    """A weight for each channel, joined instead of multiplied."""
    maps, weights = drawing.input("maps", [8, 8, 6]), drawing.input("weights", [1, 1, 6])
    return drawing.layer("Concatenate", maps, weights, name="bad")


def _no_second_output(drawing: Drawing) -> str:
    x = drawing.input("x", [10, 3])
    rnn = drawing.layer("LSTM", x, name="rnn", units=4, return_state=True)
    bad = drawing.layer("Dense", rnn, name="bad", units=2)
    drawing.project = edits.connect(drawing.project, rnn, bad, "inputs", 2)
    return bad


L2 = {"module": "keras.regularizers", "class_name": "L2", "config": {"l3": 0.1}}
IMAGE = "(batch, height, width, channels)"
SEQUENCE = "(batch, time, features)"

MISTAKES: tuple[Mistake, ...] = (
    # A number of axes that the layer does not take.
    Mistake("image layer on a vector", after([784], "Conv2D", filters=4, kernel_size=3),
            "shape.rank", (IMAGE, '"x"', "(batch, 784)", "2 axes, not 4"),
            ("insert Reshape to 28 × 28 × 1",)),
    Mistake("convolution behind a head", _decoder, "shape.rank",
            (f'"bad" (Conv2D) expects {IMAGE}, but "head_b" gives (batch, 10)',),
            ('connect "stem" instead',
             'give "head_b" 64 units and insert Reshape to 8 × 8 × 1')),
    Mistake("pictures without channels", after([28, 28], "Conv2D", filters=4, kernel_size=3),
            "shape.rank", ("(batch, height 28, width 28)", "3 axes, not 4"),
            ("insert Reshape to 28 × 28 × 1",)),
    Mistake("film into an image layer", after([10, 28, 28, 3], "Conv2D", filters=4, kernel_size=3),
            "shape.rank", ("5 axes, not 4",), ("apply it to each time step", "make it Conv3D")),
    Mistake("picture into a volume layer", after([28, 28, 3], "Conv3D", filters=4, kernel_size=3),
            "shape.rank", ("(batch, depth, height, width, channels)",), ("make it Conv2D",)),
    Mistake("vector into Conv1D", after([20], "Conv1D", filters=4, kernel_size=3),
            "shape.rank", ("(batch, time, channels)",), ("insert Reshape to 20 × 1",)),
    Mistake("pooling of a vector", after([20], "MaxPooling2D"), "shape.rank", (IMAGE,),
            ("insert Reshape to 5 × 4 × 1",)),
    Mistake("global pooling behind Flatten",
            behind([8, 8, 3], ("Flatten", {}), ("GlobalAveragePooling2D", {})),
            "shape.rank", (IMAGE, "(batch, 192)"), ('connect "x" instead',)),
    Mistake("second recurrent layer",
            behind([10, 3], ("LSTM", {"units": 8}), ("LSTM", {"units": 4})),
            "shape.rank", (SEQUENCE, "last step only", "no time axis"),
            ('let "step_1" return sequences', "insert RepeatVector, 10 times")),
    Mistake("recurrent layer behind a dropout",
            behind([10, 3], ("GRU", {"units": 8}), ("Dropout", {"rate": 0.2}),
                   ("GRU", {"units": 4})),
            "shape.rank", ('"step_1" returns its last step only',),
            ('let "step_1" return sequences',)),
    Mistake("second bidirectional layer",
            behind([10, 3], ("Bidirectional", {"layer": held("LSTM", units=8)}),
                   ("Bidirectional", {"layer": held("LSTM", units=4)})),
            "shape.rank", (SEQUENCE,), ('let "step_1" return sequences',)),
    Mistake("words without an Embedding", after([12], "LSTM", of="int32", units=4),
            "shape.rank", (SEQUENCE,), ("insert Embedding",)),
    Mistake("vector into a recurrent layer", after([10], "LSTM", units=4), "shape.rank",
            (SEQUENCE, "(batch, 10)"), ("insert Reshape to 10 × 1",)),
    Mistake("recurrent layer behind a convolution",
            behind([8, 8, 1], ("Conv2D", {"filters": 4, "kernel_size": 3}), ("GRU", {"units": 4})),
            "shape.rank", (SEQUENCE, "height 6, width 6, channels 4"),
            ("insert Reshape to 36 × 4",)),
    Mistake("TimeDistributed of vectors",
            after([10], "TimeDistributed", layer=held("Dense", units=4)),
            "shape.rank", ("(batch, time, features)",), ("insert Reshape to 10 × 1",)),
    Mistake("TimeDistributed convolution of a sequence",
            after([10, 28], "TimeDistributed", layer=held("Conv2D", filters=2, kernel_size=1)),
            "shape.rank", ("(batch, time, height, width, channels)",), ()),
    Mistake("RepeatVector of a map", after([4, 4, 2], "RepeatVector", n=3), "shape.rank",
            ("(batch, features)",), ("insert Flatten", "insert GlobalAveragePooling2D")),
    Mistake("RepeatVector of a sequence",
            behind([10, 3], ("LSTM", {"units": 8, "return_sequences": True}),
                   ("RepeatVector", {"n": 3})),
            "shape.rank", ("(batch, features)",), ('let "step_1" give its last step only',)),
    Mistake("enlarging a vector", after([16], "UpSampling2D"), "shape.rank", (IMAGE,),
            ("insert Reshape to 4 × 4 × 1",)),
    Mistake("padding a sequence", after([16, 4], "ZeroPadding2D"), "shape.rank", (IMAGE,),
            ("make it ZeroPadding1D",)),
    Mistake("flipping a vector", after([16], "RandomFlip"), "shape.rank", (IMAGE,),
            ("insert Reshape to 4 × 4 × 1",)),
    Mistake("Permute of a map", after([4, 4, 2], "Permute", dims=[2, 1]), "shape.rank",
            ("4 axes, not 3",), ()),
    Mistake("film layer on a picture", after([28, 28, 3], "ConvLSTM2D", filters=2, kernel_size=3),
            "shape.rank", ("(batch, time, height, width, channels)",), ("make it ConvLSTM1D",)),
    Mistake("attention of vectors", _attention_of_vectors, "shape.rank", (SEQUENCE,),
            ("insert Reshape to 16 × 1",)),
    Mistake("Dense on single values", after([], "Dense", units=3), "shape.rank", ("(batch)",),
            ("insert Reshape to 1",)),
    # A window larger than what comes in.
    Mistake("kernel too large", after([4, 4, 1], "Conv2D", filters=2, kernel_size=5),
            "shape.too_small", ("a window of 5 × 5", "height 4, width 4"),
            ('set padding to "same"', "set kernel_size to 3 × 3", "insert ZeroPadding2D")),
    Mistake("pooling too large", after([4, 4, 1], "MaxPooling2D", pool_size=5),
            "shape.too_small", ("a window of 5 × 5",),
            ('set padding to "same"', "set pool_size to 4 × 4")),
    Mistake("kernel longer than the sequence", after([3, 4], "Conv1D", filters=2, kernel_size=5),
            "shape.too_small", ("a window of 5", "time 3"),
            ("set kernel_size to 3", "insert ZeroPadding1D")),
    Mistake("one pooling too many",
            behind([8, 8, 1], ("MaxPooling2D", {}), ("MaxPooling2D", {}),
                   ("Conv2D", {"filters": 2, "kernel_size": 3})),
            "shape.too_small", ('"step_2" gives (batch, height 2, width 2, channels 1)',),
            ('take out "step_2" (MaxPooling2D)',)),
    Mistake("gaps too large", after([6, 6, 1], "Conv2D", filters=2, kernel_size=3, dilation_rate=4),
            "shape.too_small", ("gaps of 4",), ("reset dilation_rate",)),
    Mistake("cropping too much", after([4, 4, 1], "Cropping2D", cropping=3),
            "shape.too_small", ("crops away more",), ("set cropping to 1",)),
    Mistake("resizing to nothing", after([4, 4, 1], "Resizing", height=0, width=0),
            "shape.empty", ("height 0, width 0",), ("set height to 32 and set width to 32",)),
    # Tensors that do not go together.
    Mistake("sum of different widths", merged("Add", [4], [5]), "shape.mismatch",
            ("features differ", '"a" gives (batch, 4)', '"b" gives (batch, 5)'),
            ('insert Dense 4 behind "b"', "replace by Concatenate")),
    Mistake("sum of branches", _branches, "shape.mismatch", ('"one"', '"act"'),
            ('set units of "two" to 3',)),
    Mistake("residual block", _residual, "shape.mismatch",
            ("height, width and channels differ",),
            ('insert Conv2D 1 × 1, 16 filters, step 2 × 2 behind "stem"',)),
    Mistake("lost border", _lost_border, "shape.mismatch", ("height and width differ",),
            ('set padding of "shorter" to "same"', 'crop "x" to 6 × 6',
             'pad "shorter" with zeros to 8 × 8')),
    Mistake("maps of half size", merged("Add", [8, 8, 3], [4, 4, 3]), "shape.mismatch",
            ("height and width differ",),
            ("insert MaxPooling2D 2 × 2", "insert UpSampling2D 2 × 2")),
    Mistake("sum of other channels", merged("Add", [8, 8, 3], [8, 8, 4]), "shape.mismatch",
            ("channels differ",), ('insert Conv2D 1 × 1, 3 filters behind "b"',)),
    Mistake("product of different widths", merged("Multiply", [4], [5]), "shape.mismatch",
            ("features differ",), ("replace by Concatenate",)),
    Mistake("join of picture and numbers", _image_and_numbers, "shape.mismatch",
            ("different numbers of axes",), ("insert Flatten", "insert GlobalAveragePooling2D")),
    Mistake("join of sequence and vector", _sequence_and_vector, "shape.mismatch",
            ("different numbers of axes",), ("insert RepeatVector, 12 times",)),
    Mistake("join of maps of different size", merged("Concatenate", [8, 8, 3], [6, 7, 3]),
            "shape.mismatch", ("except channels", "height and width differ"),
            ('crop "a" to 6 × 7',)),
    Mistake("join along the wrong axis", merged("Concatenate", [4, 3], [5, 3]), "shape.mismatch",
            ("time differs",), ("join along axis 1",)),
    Mistake("join along no axis", merged("Concatenate", [4], [5], axis=3), "shape.mismatch", (),
            ("reset axis",)),
    Mistake("join that should be a product", _stretched, "shape.mismatch", (),
            ("replace by Multiply",)),
    Mistake("difference of three", merged("Subtract", [4], [4], [4]), "shape.refused",
            ("exactly 2 inputs",), ("remove the last wire",)),
    Mistake("dot product of different sizes", merged("Dot", [4], [5], axes=1), "shape.refused",
            ('"a" gives (batch, 4)',), ('insert Dense 4 behind "b"',)),
    Mistake("attention of different widths", merged("Attention", [5, 4], [6, 7]), "shape.refused",
            ("must be equal",), ('insert Dense 4 behind "b"',)),
    Mistake("state of another width", _wrong_state, "shape.refused", ('"state" gives (batch, 9)',),
            ('insert Dense 8 behind "state"',)),
    Mistake("one state of two", _missing_state, "shape.states", ("states h and c",),
            ('feed "state" into all 2 states',)),
    Mistake("output that is not there", _no_second_output, "", (), ()),
    # Values that do not fit what comes in.
    Mistake("reshape to another size", after([12], "Reshape", target_shape=[5, 4]), "shape.refused",
            ("5 × 4", "20 values", "12 values"), ("set target_shape to [-1, 4]",)),
    Mistake("reshape that leaves a rest", after([12], "Reshape", target_shape=[-1, 5]),
            "shape.refused", ("multiples of 5",), ("set target_shape to [-1]",)),
    Mistake("normalizing along no axis", after([12], "BatchNormalization", axis=4), "shape.axis",
            ("axis 4",), ("reset axis",)),
    Mistake("softmax along no axis", after([4], "Softmax", axis=3), "shape.axis", ("axis 3",),
            ("reset axis",)),
    Mistake("more groups than channels", after([8, 8, 6], "GroupNormalization"), "shape.refused",
            ("channels 6",), ("set groups to 6",)),
    Mistake("groups that do not divide channels",
            after([8, 8, 4], "Conv2D", filters=6, kernel_size=3, groups=3), "shape.refused",
            ("channels 4",), ("set groups to 2",)),
    Mistake("einsum of another rank",
            after([4], "EinsumDense", equation="abc,cd->abd", output_shape=[3, 5]),
            "shape.refused", (), ('set equation to "...x,xy->...y", output_shape to 5',)),
    Mistake("misspelt interpolation",
            after([4, 4, 1], "UpSampling2D", size=2, interpolation="bilinaer"),
            "shape.refused", ("bilinaer",), ("set interpolation to bilinear",)),
    # Sizes that nobody knows.
    Mistake("open channels", after([8, 8, None], "Conv2D", filters=2, kernel_size=3),
            "shape.unknown_size", ("channels axis", "channels ?"),
            ('set shape of "x" to 8 × 8 × 3',)),
    Mistake("flattened pictures of any size",
            behind([None, None, 3], ("Conv2D", {"filters": 4, "kernel_size": 3}), ("Flatten", {}),
                   ("Dense", {"units": 2})),
            "shape.unknown_size", ("(batch, ?)",), ("insert GlobalAveragePooling2D",)),
    Mistake("open axis turned to the end",
            behind([None, 3], ("Permute", {"dims": [2, 1]}), ("Dense", {"units": 2})),
            "shape.unknown_size", ("time axis", "time ?"), ('set shape of "x" to 32 × 3',)),
    Mistake("any number of features", after([4, None], "LSTM", units=2), "shape.unknown_size",
            ("features axis",), ('set shape of "x" to 4 × 16',)),
    # Types of values.
    Mistake("texts into Dense", after([1], "Dense", of="string", units=3), "shape.dtype",
            ("gives texts",), ("insert TextVectorization, Embedding, pooling",
                               'set dtype of "x" to float32')),
    Mistake("texts into an Embedding",
            after([1], "Embedding", of="string", input_dim=10_000, output_dim=8),
            "shape.dtype", ("gives texts",), ("insert TextVectorization",)),
    Mistake("texts into a recurrent layer", after([1], "LSTM", of="string", units=3), "shape.rank",
            (SEQUENCE,), ("insert TextVectorization, Embedding",)),
    Mistake("whole numbers into a convolution",
            after([6, 2], "Conv1D", of="int32", filters=3, kernel_size=2),
            "shape.dtype", ("whole numbers (int32)",), ('set dtype of "x" to float32',)),
    Mistake("pixels into a convolution",
            after([8, 8, 1], "Conv2D", of="uint8", filters=3, kernel_size=2),
            "shape.dtype", ("whole numbers (uint8)",), ("insert Rescaling by 1/255",)),
    Mistake("decimals into an Embedding", after([10], "Embedding", input_dim=10, output_dim=4),
            "shape.dtype", ("decimal numbers (float32)", "cut off"),
            ('set dtype of "x" to int32',)),
    # Arguments.
    Mistake("negative units", after([4], "Dense", units=-1), "shape.argument",
            ("units = -1", "a positive integer"), ("set units to 64",)),
    Mistake("no filters", after([8, 8, 1], "Conv2D", filters=0, kernel_size=3), "shape.argument",
            ("filters = 0",), ("set filters to 32",)),
    Mistake("kernel of three axes", after([8, 8, 1], "Conv2D", filters=2, kernel_size=[3, 3, 3]),
            "shape.argument", ("3 × 3 × 3",), ("set kernel_size to 3",)),
    Mistake("misspelt padding",
            after([8, 8, 1], "Conv2D", filters=2, kernel_size=3, padding="smae"),
            "shape.argument", ("one of valid, same",), ("set padding to same",)),
    Mistake("steps and gaps",
            after([16, 16, 1], "Conv2D", filters=2, kernel_size=3, dilation_rate=2, strides=2),
            "shape.argument", ("strides",), ("reset strides", "reset dilation_rate")),
    Mistake("groups that do not divide filters",
            after([8, 8, 3], "Conv2D", filters=4, kernel_size=3, groups=3),
            "shape.argument", ("groups",), ("reset groups",)),
    Mistake("misspelt activation",
            after([4], "Dense", units=2, activation="reluu"), "shape.argument",
            ("reluu", "activations"), ("set activation to relu", "reset activation")),
    Mistake("misspelt initializer", after([4], "Dense", units=2, kernel_initializer="glorot"),
            "shape.argument", ("initializers",), ("reset kernel_initializer",)),
    Mistake("rate above one", after([4], "Dropout", rate=1.5), "shape.argument",
            ("rate = 1.5", "between 0 and 1"), ("set rate to 0.3",)),
    Mistake("argument of another layer", after([4], "Dense", units=2, filters=3),
            "shape.unknown_argument", ('no argument "filters"',), ("remove filters",)),
    Mistake("setting of another regularizer", after([4], "Dense", units=2, kernel_regularizer=L2),
            "shape.unknown_argument", ('L2 in kernel_regularizer has no argument "l3"',),
            ("reset kernel_regularizer",)),
    Mistake("units forgotten", after([4], "Dense"), "shape.missing_argument", ("units",),
            ("set units to 64",)),
    # Memory.
    Mistake("a thousand million units", after([1000], "Dense", units=10**9), "memory.weights",
            ("1,001,000,000,000 weights", "4.0 TB", "this computer has"), ("remove the wire",)),
)  # fmt: skip
