"""The data files that come with the program."""

from __future__ import annotations

from typing import NamedTuple

SAMPLE = "sample:"


class Sample(NamedTuple):
    """`file` in `resources/samples`, and what it is good for."""

    file: str
    title: str
    about: str

    @property
    def path(self) -> str:
        return SAMPLE + self.file


SAMPLES = (
    Sample("digits.npz", "Digits", "1,797 handwritten digits of 8 × 8 pixels: tell which of ten"),
    Sample("iris.csv", "Iris", "150 flowers, 4 measurements: tell which of three species"),
    Sample("wine.csv", "Wine", "178 wines, 13 measurements: tell which of three growers"),
    Sample("sunspots.csv", "Sunspots", "309 years of sunspots: predict the next one"),
    Sample("co2.csv", "CO2", "2,284 weeks of CO2 in the air, 59 missing: predict the next one"),
)
