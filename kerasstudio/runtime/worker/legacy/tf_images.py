"""Functions of TensorFlow on images and their channels, as operations of Keras 3; see
`tf_functions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasstudio.runtime.worker.legacy.given import Given, NoEquivalentError, numbers
from kerasstudio.runtime.worker.legacy.model_graph import Constant
from kerasstudio.runtime.worker.legacy.steps import Steps

_INTERPOLATIONS = {"bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"}


def bias_add(steps: Steps, given: Given) -> Any:
    """`x + bias` along the channels."""
    _channels_last(given)
    return steps.operation("numpy.Add", given.first, given.operand("bias", "y"))


def _resize(method: str | None) -> Callable[[Steps, Given], Any]:
    def apply(steps: Steps, given: Given) -> Any:
        wanted = method or str(given.take("method", "bilinear"))
        if wanted not in _INTERPOLATIONS:
            raise NoEquivalentError(f"its argument method={wanted!r}")
        half = given.take("half_pixel_centers", method is None)
        if given.take("align_corners") or (method is not None and not half):
            raise NoEquivalentError("it places pixels as TensorFlow 1 did")
        return steps.operation(
            "image.Resize",
            given.first,
            size=numbers(given.take("size"), "size"),
            interpolation=wanted,
            antialias=bool(given.take("antialias")),
            data_format="channels_last",
        )

    return apply


def _flip(axis: int) -> Callable[[Steps, Given], Any]:
    def apply(steps: Steps, given: Given) -> Any:
        return steps.operation("numpy.Flip", given.first, axis=axis)

    return apply


def _grayscale(steps: Steps, given: Given) -> Any:
    return steps.operation("image.RGBToGrayscale", given.first, data_format="channels_last")


def _from_grayscale(steps: Steps, given: Given) -> Any:
    return steps.operation("numpy.Repeat", given.first, repeats=3, axis=-1)


def _standardized(steps: Steps, given: Given) -> Any:
    """(x - mean) / max(std, 1 / sqrt(n)) over one image of n numbers."""
    shape = steps.shape(given.first)
    if shape is None or None in shape[-3:]:
        raise NoEquivalentError("the size of its images is not known")
    count = 1
    for side in shape[-3:]:
        count *= side or 1
    axes = [-3, -2, -1]
    mean = steps.operation("numpy.Mean", given.first, axis=axes, keepdims=True)
    spread = steps.operation("numpy.Std", given.first, axis=axes, keepdims=True)
    spread = steps.operation("numpy.Maximum", spread, count**-0.5)
    centred = steps.operation("numpy.Subtract", given.first, mean)
    return steps.operation("numpy.TrueDivide", centred, spread)


def _cropped(steps: Steps, given: Given) -> Any:
    top, left, height, width = (
        numbers(given.take(name), name)
        for name in ("offset_height", "offset_width", "target_height", "target_width")
    )
    key = [Ellipsis, slice(top, top + height), slice(left, left + width), slice(None)]
    return steps.operation("numpy.GetItem", given.first, key)


def _brightened(steps: Steps, given: Given) -> Any:
    return steps.operation("numpy.Add", given.first, given.operand("delta"))


def _contrasted(steps: Steps, given: Given) -> Any:
    """(x - mean) · factor + mean, image by image and channel by channel."""
    mean = steps.operation("numpy.Mean", given.first, axis=[-3, -2], keepdims=True)
    apart = steps.operation("numpy.Subtract", given.first, mean)
    more = steps.operation("numpy.Multiply", apart, given.operand("contrast_factor"))
    return steps.operation("numpy.Add", more, mean)


def _patches(steps: Steps, given: Given) -> Any:
    size, strides = _space(given.any_of("sizes", "ksizes")), _space(given.take("strides"))
    return steps.operation(
        "image.ExtractPatches",
        given.first,
        size=size,
        strides=strides,
        dilation_rate=_space(given.take("rates", 1))[0],
        padding=str(given.take("padding", "VALID")).lower(),
        data_format="channels_last",
    )


def _conv(steps: Steps, given: Given) -> Any:
    _channels_last(given)
    kernel = given.operand("filters", "filter")
    return steps.operation(
        "nn.Conv",
        given.first,
        kernel,
        strides=_space(given.take("strides", 1)),
        padding=_padding(given),
        data_format="channels_last",
        dilation_rate=_space(given.take("dilations", 1)),
    )


def _pool(path: str) -> Callable[[Steps, Given], Any]:
    def apply(steps: Steps, given: Given) -> Any:
        _channels_last(given)
        size = _space(given.take("ksize"))
        return steps.operation(
            path,
            given.first,
            pool_size=size,
            strides=_space(given.take("strides", size)),
            padding=_padding(given),
            data_format="channels_last",
        )

    return apply


def _blocks(path: str) -> Callable[[Steps, Given], Any]:
    def apply(steps: Steps, given: Given) -> Any:
        _channels_last(given)
        size = numbers(given.take("block_size"), "block_size")
        return steps.operation(path, given.first, block_size=size, data_format="channels_last")

    return apply


def _local_response(steps: Steps, given: Given) -> Any:
    """x / (bias + alpha · sum of squares of neighbouring channels) ** beta [Krizhevsky et al.,
    2012]; the sum is a product with a band of ones."""
    shape = steps.shape(given.first)
    if shape is None or shape[-1] is None:
        raise NoEquivalentError("the number of its channels is not known")
    count, radius = shape[-1], int(given.take("depth_radius", 5))
    band = [
        [1.0 if abs(row - column) <= radius else 0.0 for column in range(count)]
        for row in range(count)
    ]
    squares = steps.operation("numpy.Square", given.first)
    total = steps.operation("numpy.Matmul", squares, Constant(band, "float32"))
    scaled = steps.operation("numpy.Multiply", total, float(given.take("alpha", 1.0)))
    base = steps.operation("numpy.Add", scaled, float(given.take("bias", 1.0)))
    power = steps.operation("numpy.Power", base, float(given.take("beta", 0.5)))
    return steps.operation("numpy.TrueDivide", given.first, power)


def _space(value: Any) -> list[int]:
    """The axes of space of a value for all axes, `[1, 2, 2, 1]`, or for one."""
    value = numbers(value, "sizes")
    values = value if isinstance(value, list) else [value, value]
    if len(values) > 3:
        return values[1:-1]
    return values * 2 if len(values) == 1 else values


def _padding(given: Given) -> str:
    padding = given.take("padding", "VALID")
    if not isinstance(padding, str) or padding.lower() not in ("same", "valid"):
        raise NoEquivalentError("its padding is given side by side")
    return padding.lower()


def _channels_last(given: Given) -> None:
    found = given.take("data_format", "NHWC")
    if not str(found).endswith("C"):
        raise NoEquivalentError(f"its argument data_format={found!r}")


FUNCTIONS: dict[str, Callable[[Steps, Given], Any]] = {
    "image.resize": _resize(None),
    "image.resize_bilinear": _resize("bilinear"),
    "image.resize_nearest_neighbor": _resize("nearest"),
    "image.flip_left_right": _flip(-2),
    "image.flip_up_down": _flip(-3),
    "image.rgb_to_grayscale": _grayscale,
    "image.grayscale_to_rgb": _from_grayscale,
    "image.per_image_standardization": _standardized,
    "image.extract_patches": _patches,
    "image.crop_to_bounding_box": _cropped,
    "image.adjust_brightness": _brightened,
    "image.adjust_contrast": _contrasted,
    "nn.conv2d": _conv,
    "nn.max_pool2d": _pool("nn.MaxPool"),
    "nn.max_pool": _pool("nn.MaxPool"),
    "nn.avg_pool2d": _pool("nn.AveragePool"),
    "nn.avg_pool": _pool("nn.AveragePool"),
    "nn.depth_to_space": _blocks("nn.DepthToSpace"),
    "nn.space_to_depth": _blocks("nn.SpaceToDepth"),
    "nn.local_response_normalization": _local_response,
}
