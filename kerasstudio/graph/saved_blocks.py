"""Blocks kept for other projects, each in a file of its own ("My blocks" in the list of layers).

A file holds a clip (see `clipboard`) with one card, and the code of the project that classes inside
want. It is data: reading it runs nothing, and code that comes out of it is trusted by nobody yet.
"""

from __future__ import annotations

import msgspec

from kerasstudio.graph.cards import block_lines
from kerasstudio.graph.catalogue import LayerType, Port
from kerasstudio.graph.clipboard import Clip, is_whole, take_clip
from kerasstudio.graph.placeholders import defining_file
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import ROOT, Graph, Project

FORMAT = "kerasstudio-block"
VERSION = 1
SUFFIX = ".kstudio-block"
MOST_BYTES = 16 * 1024 * 1024
MODULE = "kerasstudio.blocks"
CATEGORY = "My blocks"
_PREFIX = "block:"


class SavedBlock(msgspec.Struct, frozen=True, omit_defaults=True):
    """`code` maps file names to Python text."""

    name: str
    clip: Clip
    format: str = FORMAT
    version: int = VERSION
    code: dict[str, str] = {}


class BlockType(LayerType, frozen=True):
    """A saved block as a kind of layer: what is offered, dragged and added like one. Its class
    name is that of no class. None for a file that cannot be read: `needs` says why."""

    block: SavedBlock | None = None


def saved_block(project: Project, card: str, name: str, graph: str = ROOT) -> SavedBlock:
    """The block behind a card, to be kept under a name."""
    clip = take_clip(project, [card], graph)
    files = {defining_file(layer, project) for layer in clip.layers.values()} - {None}
    node = msgspec.structs.replace(clip.nodes[0], x=0.0, y=0.0, mode="on", call=None, literals={})
    return SavedBlock(
        name,
        msgspec.structs.replace(clip, incoming=(), nodes=(node,)),
        code={key: project.code[key] for key in sorted(filter(None, files))},
    )


def encode_block(block: SavedBlock) -> bytes:
    """The content of a file."""
    # Not sorted: the order of nodes is that of weights.
    body = {"format": FORMAT, "version": VERSION} | msgspec.to_builtins(block)
    return msgspec.json.format(msgspec.json.encode(body), indent=1) + b"\n"


def decode_block(data: bytes, file: str) -> SavedBlock:
    """Read the content of a file. Raises `StudioError`: damaged, foreign, of a newer version."""
    if len(data) > MOST_BYTES:
        raise _refused(file, "it is too big for a block", f"at most {MOST_BYTES >> 20} MiB")
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(file, f"it is damaged, or no file of a block ({error})") from error
    if head.format != FORMAT:
        raise _refused(file, "it is no file of a block", f'JSON with "format": "{FORMAT}"')
    if head.version > VERSION:
        raise _refused(
            file,
            f"it was saved by a newer KerasStudio (format {head.version})",
            f"format 1 to {VERSION}, or a newer KerasStudio",
        )
    try:
        block = msgspec.json.decode(data, type=SavedBlock)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _refused(file, f"it is damaged: {error}") from error
    clip = block.clip
    if not is_whole(clip) or len(clip.nodes) != 1 or clip.layers[clip.nodes[0].layer].graph is None:
        raise _refused(file, "it is damaged: what it names is not in it")
    return block


def block_type(block: SavedBlock) -> BlockType:
    """What the list of layers offers for a block."""
    layer = block.clip.layers[block.clip.nodes[0].layer]
    graphs = {ROOT: Graph(ROOT), **block.clip.graphs}
    inside = Project(layers=block.clip.layers, graphs=graphs)
    drawing = graphs[layer.graph or ""]
    layers = [block.clip.layers[node.layer] for node in drawing.nodes.values()]
    inputs = [each for each in layers if each.is_input]
    outputs = tuple(each.name for each in layers if each.is_output)
    ports = tuple(Port(each.name, ranks=_ranks(each.arguments.get("shape"))) for each in inputs)
    if len(ports) == 1:
        ports = (msgspec.structs.replace(ports[0], name="inputs"),)
    return BlockType(
        class_name=f"{_PREFIX}{block.name}",
        module=MODULE,
        category=CATEGORY,
        summary=": ".join(block_lines(inside, drawing.id)),
        ports=ports,
        outputs=outputs or ("output",),
        aliases=(block.name,),
        block=block,
    )


def unreadable_type(name: str, reason: str) -> BlockType:
    """What stands in the list for a file that cannot be read: it is kept, and not offered."""
    return BlockType(
        class_name=f"{_PREFIX}{name}", module=MODULE, category=CATEGORY, needs=reason, outputs=()
    )


def block_title(kind: LayerType) -> str:
    """The name of a saved block; that of its class for any other layer."""
    return kind.class_name.removeprefix(_PREFIX)


class _Head(msgspec.Struct):
    format: str = ""
    version: int = 1


def _ranks(shape: object) -> tuple[int, ...]:
    return (len(shape) + 1,) if isinstance(shape, list) else ()


def _refused(file: str, why: str, expected: str = "a block as KerasStudio saves it") -> StudioError:
    return StudioError(
        Problem(
            "block.file",
            f"The saved block “{file}” cannot be used: {why}. The file is left as it is.",
            expected=expected,
            place=Place(file=file),
        )
    )
