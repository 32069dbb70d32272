"""Every edit the program makes: pure functions from one `Project` to the next.

An edit that changes nothing returns the very same object, so that `is` tells whether there is
anything to undo. What cannot be done raises `StudioError` with a message for the person.
"""

from kerasstudio.graph.edits.chain import move_along, take_out
from kerasstudio.graph.edits.decorations import (
    add_frame,
    add_note,
    delete_decorations,
    frame_nodes,
    move_items,
    rearrange,
    set_frame,
    set_note,
    set_rect,
)
from kerasstudio.graph.edits.dots import Dot, add_dot, move_dots, remove_dots
from kerasstudio.graph.edits.embed import embed_model
from kerasstudio.graph.edits.group import group
from kerasstudio.graph.edits.lambdas import (
    lambda_to_class,
    lambda_to_operations,
    set_placeholder_outputs,
)
from kerasstudio.graph.edits.layers import (
    rename_layer,
    replace_layer,
    reset_argument,
    set_argument,
    set_arguments,
    set_trainable,
    set_trainable_up_to,
    wrap_layer,
)
from kerasstudio.graph.edits.linking import link, make_independent
from kerasstudio.graph.edits.looks import set_look
from kerasstudio.graph.edits.modes import set_mode
from kerasstudio.graph.edits.nodes import (
    add_connected,
    add_layer,
    call_again,
    delete_and_reconnect,
    delete_nodes,
    move_nodes,
    set_literal,
)
from kerasstudio.graph.edits.paste import duplicate, paste
from kerasstudio.graph.edits.repeat import repeat
from kerasstudio.graph.edits.saved import place_block
from kerasstudio.graph.edits.settings import (
    set_binding,
    set_code,
    set_column,
    set_data,
    set_data_field,
    set_flow,
    set_optimizer,
    set_output_training,
    set_split,
    set_training,
    set_training_field,
)
from kerasstudio.graph.edits.splice import (
    call_in_wire,
    free_place,
    insert_between,
    insert_layer,
    join_in_wire,
    make_room,
    splice_in,
)
from kerasstudio.graph.edits.starts import keep_weights, set_start, start_fresh
from kerasstudio.graph.edits.ungroup import open_up, ungroup
from kerasstudio.graph.edits.wires import connect, disconnect, move_wires

__all__ = [
    "Dot",
    "add_connected",
    "add_dot",
    "add_frame",
    "add_layer",
    "add_note",
    "call_again",
    "call_in_wire",
    "connect",
    "delete_and_reconnect",
    "delete_decorations",
    "delete_nodes",
    "disconnect",
    "duplicate",
    "embed_model",
    "frame_nodes",
    "free_place",
    "group",
    "insert_between",
    "insert_layer",
    "join_in_wire",
    "keep_weights",
    "lambda_to_class",
    "lambda_to_operations",
    "link",
    "make_independent",
    "make_room",
    "move_along",
    "move_dots",
    "move_items",
    "move_nodes",
    "move_wires",
    "open_up",
    "paste",
    "place_block",
    "rearrange",
    "remove_dots",
    "rename_layer",
    "repeat",
    "replace_layer",
    "reset_argument",
    "set_argument",
    "set_arguments",
    "set_binding",
    "set_code",
    "set_column",
    "set_data",
    "set_data_field",
    "set_flow",
    "set_frame",
    "set_literal",
    "set_look",
    "set_mode",
    "set_note",
    "set_optimizer",
    "set_output_training",
    "set_placeholder_outputs",
    "set_rect",
    "set_split",
    "set_start",
    "set_trainable",
    "set_trainable_up_to",
    "set_training",
    "set_training_field",
    "splice_in",
    "start_fresh",
    "take_out",
    "ungroup",
    "wrap_layer",
]
