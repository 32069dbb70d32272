"""How far a number moves in one step: by powers of two where people think in them (units, filters,
batch sizes), by a fixed amount (rates), or along 1, 2, 5, 10 (learning rates)."""

from __future__ import annotations

import math
from typing import Any, Literal

import msgspec

from kerasstudio.graph.catalogue import Argument

Grain = Literal["fine", "normal", "coarse"]
Manner = Literal["add", "double", "ladder"]


class Stepping(msgspec.Struct, frozen=True):
    """`size` is the step of "add". "double" goes from one power of two to the next; "ladder" from
    one of 1, 2, 5 times a power of ten to the next."""

    manner: Manner = "add"
    size: float = 1.0


DOUBLE, LADDER = Stepping("double"), Stepping("ladder")
_ONE, _TWO = Stepping("add", 1), Stepping("add", 2)
_PER_CENT, _FIVE_PER_CENT = Stepping("add", 0.01), Stepping("add", 0.05)
_TENTH = Stepping("add", 0.1)

# Beside the catalogue, by argument name; what is not here is told from kind and value.
_STEPPINGS: dict[str, Stepping] = {
    name: stepping
    for stepping, names in (
        (DOUBLE, "units filters output_dim key_dim value_dim head_dim batch_size num_heads "
                 "num_query_heads num_key_value_heads num_bins num_mel_bins fft_length "
                 "frame_length output_sequence_length lora_rank"),
        (LADDER, "learning_rate initial_learning_rate end_learning_rate min_lr warmup_target "
                 "weight_decay l1 l2 epsilon epsilon_1 epsilon_2 min_delta clipnorm clipvalue "
                 "global_clipnorm input_dim max_tokens decay_steps first_decay_steps warmup_steps "
                 "loss_scale_factor initial_accumulator_value l1_regularization_strength "
                 "l2_regularization_strength l2_shrinkage_regularization_strength max_freq "
                 "min_freq num_thresholds"),
        (_FIVE_PER_CENT, "rate dropout recurrent_dropout stddev label_smoothing factor "
                         "height_factor width_factor negative_slope alpha train validation test "
                         "threshold smoothing"),
        (_PER_CENT, "momentum ema_momentum rho beta_1 adam_beta_1 decay_rate renorm_momentum"),
        (Stepping("add", 0.001), "beta_2 adam_beta_2"),
        (_TENTH, "gain scale gamma delta margin power t_mul m_mul loss_weight"),
        (Stepping("add", 5), "epochs"),
        (_TWO, "kernel_size"),
        (Stepping("add", 8), "height width"),
    )
    for name in names.split()
}  # fmt: skip
_RUNGS = (1, 2, 5)
_FROM_NOTHING = -4
"""The rung above 0 on a ladder of fractions: 0.0001."""


def stepping(argument: Argument) -> Stepping:
    """How values of this argument move; by a tenth of their magnitude where nothing is known."""
    found = _STEPPINGS.get(argument.name)
    if found is not None:
        return found
    return _ONE if argument.kind in ("int", "int_or_tuple") else Stepping("add", 0.0)


def can_step(value: Any) -> bool:
    """Whether a value is a number, or a list of whole numbers."""
    if isinstance(value, list):
        return bool(value) and all(_is_number(item) and isinstance(item, int) for item in value)
    return _is_number(value)


def step(argument: Argument, value: Any, steps: int, grain: Grain = "normal") -> Any:
    """`value` moved by so many steps, within the argument's limits; what is no number stays."""
    if not steps or not can_step(value):
        return value
    if isinstance(value, list):
        return [step(argument, item, steps, grain) for item in value]
    whole = isinstance(value, int) and argument.kind != "float"
    moved = _moved(stepping(argument), value, steps, grain, whole)
    moved = max(1, round(moved)) if whole and _keeps_positive(argument, value) else moved
    moved = round(moved) if whole else _clean(float(moved))
    low, high = argument.minimum, argument.maximum
    if low is not None and moved < low:
        moved = math.ceil(low) if whole else float(low)
    if high is not None and moved > high:
        moved = math.floor(high) if whole else float(high)
    return moved


def _moved(how: Stepping, value: int | float, steps: int, grain: Grain, whole: bool) -> int | float:
    if how.manner == "double":
        return value + steps if grain == "fine" else _doubled(value, steps * _times(grain, 3))
    if how.manner == "ladder":
        if grain == "fine":
            return value + steps * (max(1, _unit(value)) if whole else _unit(value))
        return _climbed(value, steps * _times(grain, 3), whole)
    size = how.size or _unit(value)
    if grain == "fine":
        size = size / 10 if not whole else 1
    return value + steps * size * _times(grain, 10 if how.size == 1 or not how.size else 4)


def _times(grain: Grain, coarse: int) -> int:
    return coarse if grain == "coarse" else 1


def _doubled(value: int | float, steps: int) -> int | float:
    """From one power of two to the next; 48 goes up to 64 and down to 32."""
    if value < 1:
        return float(steps) if steps > 0 else value
    exponent = math.log2(value)
    nearest = math.floor(exponent) if steps > 0 else math.ceil(exponent)
    return 2.0 ** max(0, min(nearest + steps, 48))


def _climbed(value: int | float, steps: int, whole: bool) -> int | float:
    """Along 1, 2, 5, 10, 20 ... times a power of ten."""
    if value < 0:
        return -_climbed(-value, -steps, whole)
    if value == 0:
        if steps < 0:
            return 0
        return _rung(steps - 1 + (0 if whole else _FROM_NOTHING * len(_RUNGS)))
    if value < 1e-12 and steps < 0:
        return 0
    exponent = math.floor(math.log10(value) + 1e-9)
    digit = value / 10.0**exponent
    below = sum(rung <= digit * (1 + 1e-9) for rung in _RUNGS) - 1
    on_rung = math.isclose(digit, _RUNGS[below], rel_tol=1e-6)
    place = exponent * len(_RUNGS) + below
    if steps < 0 and not on_rung:
        place += 1
    place += steps
    return 1 if whole and place < 0 else _rung(place)


def _rung(place: int) -> float:
    return float(_RUNGS[place % len(_RUNGS)] * 10.0 ** (place // len(_RUNGS)))


def _unit(value: int | float) -> float:
    """A tenth of the value's magnitude: the last digit that one reads."""
    return float(10.0 ** (math.floor(math.log10(abs(value))) - 1)) if value else 0.01


def _keeps_positive(argument: Argument, value: int | float) -> bool:
    return stepping(argument).manner != "add" and value > 0


def _clean(value: float) -> float:
    """Without the dust of binary fractions."""
    return float(f"{value:.10g}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
