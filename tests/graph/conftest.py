"""A small catalogue, and graphs drawn with it."""

from __future__ import annotations

import pytest
from drawings import SMALL

from kerasstudio.graph.catalogue import Catalogue, shipped


@pytest.fixture
def catalogue() -> Catalogue:
    return SMALL


@pytest.fixture(scope="session")
def keras_catalogue() -> Catalogue:
    return shipped()
