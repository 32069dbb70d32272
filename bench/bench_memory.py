"""Memory of the window's process with a graph of 1,000 nodes: all of it seen, its shapes known."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import psutil
from PySide6.QtWidgets import QApplication

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project, Wire
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.app import Studio
from kerasstudio.ui.application import make_application
from kerasstudio.ui.settings import Settings

NODES = 1000
COLUMNS = 40
# A process that says nothing, in the place of the workers: their memory is their own.
SILENT = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def big_project() -> Project:
    """A chain of 1,000 layers with shortcuts, drawn in rows."""
    layers, nodes, wires = {}, {}, {}
    for number in range(NODES):
        key, node = f"l{number}", f"n{number}"
        place = (float(number % COLUMNS) * 248, float(number // COLUMNS) * 160)
        nodes[node] = Node(node, key, *place)
        if number == 0:
            layers[key] = Layer(key, "InputLayer", "images", arguments={"shape": [32, 32, 16]})
            continue
        if number % 7 == 0:
            layers[key] = Layer(key, "Add", f"add_{number}")
            sources = {"inputs.0": number - 1, "inputs.1": number - 4}
        else:
            arguments = {"filters": 16, "kernel_size": 3, "padding": "same"}
            layers[key] = Layer(key, "Conv2D", f"conv_{number}", arguments=arguments)
            sources = {"inputs": number - 1}
        for port, source in sources.items():
            wire = Wire(f"n{source}", node, port)
            wires[wire.key] = wire
    return Project(layers, {ROOT: Graph(ROOT, nodes=nodes, wires=wires)}, serial=NODES + 1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = make_application("dark")
        studio = Studio(app, shipped(), Settings(Path(folder) / "settings.ini"), SILENT)
        studio.show_template("blank")
        studio.window.resize(1600, 1000)
        studio.begin()
        pump(1.0)
        studio.documents.new(big_project(), "big")
        info = NodeInfo("ok", (TensorSpec((None, 32, 32, 16)),), 2320, 2320)
        studio.pool.analysis.report_received.emit(
            p.Inspected(1, studio.store.revision, {f"n{each}": info for each in range(NODES)})
        )
        pump(1.0)
        travel(studio)
        used = psutil.Process().memory_info().rss / 1e6
        studio.window.close_now()
        studio.close()
    figure = {
        "figure": f"memory: the window's process with {NODES} nodes, all of them seen, MB",
        "value": round(used, 1),
        "limit": 180.0,
        "better": "lower",
    }
    print(json.dumps(figure))


def travel(studio: Studio) -> None:
    """Look at everything near enough that cards are painted in full, and edit a little."""
    canvas = studio.canvas
    for node in list(studio.store.project.graph.nodes)[::5]:
        canvas.view.set_zoom(1.0)
        studio.selection.reveal(node)
        pump(0.02)
    canvas.frame_all()
    pump(0.5)


def pump(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.002)


if __name__ == "__main__":
    main()
