"""Templates and models drawn for data, built and trained by real Keras."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import numpy as np
import pytest

from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch, with_data
from kerasstudio.graph.templates import model_for_data, project_from, templates
from kerasstudio.runtime.worker.data import guess_data
from kerasstudio.runtime.worker.preparing import Prepared, prepare

pytestmark = pytest.mark.worker


def ready(project: Project, base: Path) -> Prepared:
    return prepare(project, base, lambda *_: None)


def fitted(project: Project, base: Path, epochs: int | None = None) -> dict[str, float]:
    """Metrics on the test part after training as the project says."""
    found = ready(project, base)
    epochs = epochs or project.training.epochs
    found.model.fit(found.training, epochs=epochs, verbose=0, shuffle=False)
    values = found.model.evaluate(found.data.dataset("test", 64), verbose=0, return_dict=True)
    return {name: float(value) for name, value in values.items()}


@pytest.mark.parametrize("template", [each.id for each in templates() if each.id != "blank"])
def test_every_template_is_ready_to_train(template: str, tmp_path: Path) -> None:
    found = ready(project_from(template), tmp_path)
    assert [problem.message for problem in found.warnings] == []
    assert found.steps > 0


def test_digits_cnn_reads_digits(tmp_path: Path) -> None:
    """The promise: 0.96 or more within 30 epochs."""
    project = project_from("digits_cnn")
    assert project.training.epochs <= 30
    assert fitted(project, tmp_path, epochs=12)["accuracy"] >= 0.96


def test_wine_is_told_apart(tmp_path: Path) -> None:
    data, summary = guess_data(["sample:wine.csv"], tmp_path)
    assert fitted(model_for_data(data, summary), tmp_path, epochs=20)["accuracy"] > 0.9


def test_prices_are_learned_on_their_own_scale(tmp_path: Path) -> None:
    source = random.Random(0)
    rows = []
    for _ in range(200):
        area = 20 + 100 * source.random()
        rows.append(f"{area:.1f},{50_000 + 3_000 * area:.0f}")
    (tmp_path / "houses.csv").write_text("area,price\n" + "\n".join(rows))
    data, summary = guess_data(["houses.csv"], tmp_path)
    values = fitted(model_for_data(data, summary), tmp_path, epochs=40)
    assert values["mean_absolute_error"] < 15_000


def test_words_are_learned(tmp_path: Path) -> None:
    source = random.Random(0)
    words = {"up": ["great", "lovely", "good"], "down": ["bad", "awful", "dull"]}
    rows = [
        f'"the film, number {number}, was {source.choice(words[label])}",{label}'
        for number in range(150)
        for label in [source.choice(["up", "down"])]
    ]
    (tmp_path / "reviews.csv").write_text("review,label\n" + "\n".join(rows))
    data, summary = guess_data(["reviews.csv"], tmp_path)
    columns = tuple(
        msgspec.structs.replace(column, role="feature") if column.name == "review" else column
        for column in data.columns
    )
    data = msgspec.structs.replace(data, columns=columns)
    assert fitted(model_for_data(data, summary), tmp_path, epochs=20)["accuracy"] > 0.9


def test_images_without_labels_are_given_back(tmp_path: Path) -> None:
    np.save(
        tmp_path / "images.npy", np.random.default_rng(0).integers(0, 255, (60, 8, 8), np.uint8)
    )
    data, summary = guess_data(["images.npy"], tmp_path)
    found = ready(model_for_data(data, summary), tmp_path)
    before = found.model.evaluate(found.training, verbose=0, return_dict=True)["loss"]
    found.model.fit(found.training, epochs=10, verbose=0, shuffle=False)
    assert found.model.evaluate(found.training, verbose=0, return_dict=True)["loss"] < before / 2


def test_columns_of_classes_go_into_an_embedding(tmp_path: Path) -> None:
    rows = [f"{'uvw'[number % 3]},{['no', 'yes', 'yes'][number % 3]}" for number in range(60)]
    (tmp_path / "letters.csv").write_text("letter,answer\n" + "\n".join(rows))
    data, summary = guess_data(["letters.csv"], tmp_path)
    columns = tuple(msgspec.structs.replace(each, encoding="index") for each in data.columns)
    sketch = Sketch()
    node = sketch.input("letter", [1], dtype="int32")
    node = sketch.layer("Embedding", node, input_dim=3, output_dim=4)
    node = sketch.layer("Flatten", node)
    sketch.output("answer", sketch.layer("Dense", node, units=1, activation="sigmoid"))
    project = with_data(sketch.project(data), columns=columns)
    assert summary.rows == 60
    assert fitted(project, tmp_path, epochs=40)["accuracy"] > 0.9
