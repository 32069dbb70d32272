"""Every edit the program makes: pure functions from one `Project` to the next.

An edit that changes nothing returns the very same object, so that `is` tells whether there is
anything to undo. What cannot be done raises `StudioError` with a message for the person.
"""

from kerasstudio.graph.edits.layers import (
    rename_layer,
    replace_layer,
    reset_argument,
    set_argument,
    set_arguments,
    set_trainable,
    wrap_layer,
)
from kerasstudio.graph.edits.nodes import (
    add_connected,
    add_frame,
    add_layer,
    add_note,
    call_again,
    delete_and_reconnect,
    delete_decorations,
    delete_nodes,
    move_nodes,
    set_frame,
    set_literal,
    set_note,
)
from kerasstudio.graph.edits.paste import duplicate, paste
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
    make_room,
)
from kerasstudio.graph.edits.wires import connect, disconnect

__all__ = [
    "add_connected",
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
    "free_place",
    "insert_between",
    "insert_layer",
    "make_room",
    "move_nodes",
    "paste",
    "rename_layer",
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
    "set_note",
    "set_optimizer",
    "set_output_training",
    "set_split",
    "set_trainable",
    "set_training",
    "set_training_field",
    "wrap_layer",
]
