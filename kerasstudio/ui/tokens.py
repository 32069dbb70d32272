"""The colours and measures of the three looks, by role: no other module names a colour."""

from __future__ import annotations

from dataclasses import dataclass, replace

CATEGORY_DARK = {
    "input & output": "#8f99ab",
    "core": "#6aa5ff",
    "convolution": "#3ecf9a",
    "pooling": "#35b8d0",
    "recurrent": "#9d9bff",
    "normalization": "#b98cf0",
    "regularization": "#ec6a98",
    "attention": "#f08c5a",
    "reshaping": "#c9b458",
    "merging": "#eda94a",
    "activation": "#e07bd0",
    "preprocessing": "#8fc25c",
    "augmentation": "#6fbf8f",
    "operations": "#a7b0c0",
    "blocks": "#7fb2c9",
    "other": "#98a2b5",
}
CATEGORY_LIGHT = {
    "input & output": "#6b7688",
    "core": "#2f6fde",
    "convolution": "#14936a",
    "pooling": "#0f86a0",
    "recurrent": "#6560d8",
    "normalization": "#8a4fd0",
    "regularization": "#cc3d72",
    "attention": "#c85c22",
    "reshaping": "#8d7a14",
    "merging": "#b9731a",
    "activation": "#b5459f",
    "preprocessing": "#56862a",
    "augmentation": "#2f8a5a",
    "operations": "#606b80",
    "blocks": "#3c7f9c",
    "other": "#667085",
}
FRAMES_DARK = {
    "blue": "#6aa5ff",
    "green": "#3ecf9a",
    "yellow": "#d9c04a",
    "orange": "#f0914e",
    "red": "#ee6f86",
    "purple": "#b28cf2",
    "gray": "#98a2b5",
}
FRAMES_LIGHT = {
    "blue": "#2f6fde",
    "green": "#12916a",
    "yellow": "#a88a00",
    "orange": "#cb5f1f",
    "red": "#c8324f",
    "purple": "#8a4fd0",
    "gray": "#667085",
}
# Words of a category's name that decide its colour, looked for in this order.
CATEGORY_WORDS = (
    ("input", "input & output"),
    ("output", "input & output"),
    ("augment", "augmentation"),
    ("preprocess", "preprocessing"),
    ("conv", "convolution"),
    ("pool", "pooling"),
    ("recurrent", "recurrent"),
    ("rnn", "recurrent"),
    ("normal", "normalization"),
    ("regular", "regularization"),
    ("attention", "attention"),
    ("reshap", "reshaping"),
    ("merg", "merging"),
    ("activation", "activation"),
    ("oper", "operations"),
    ("block", "blocks"),
    ("wrap", "blocks"),
    ("core", "core"),
)
# Viridis (Smith and van der Walt 2015): even steps of lightness, safe for colour blindness; the
# ends that would melt into the ground are left out.
HEAT_DARK = (
    "#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151", "#bddf26",
    "#fde725",
)  # fmt: skip
HEAT_LIGHT = (
    "#c8e020", "#a0da39", "#6ece58", "#35b779", "#1f9e89", "#26828e", "#31688e", "#3e4989",
    "#440154",
)  # fmt: skip
# By rank with the batch axis; safe for the common colour blindnesses, and never the only sign.
RANK_DARK = ("#8f99ab", "#8f99ab", "#7aa7ff", "#f2b24c", "#45d0a0", "#d98ae8", "#ff8f70")
RANK_LIGHT = ("#6b7688", "#6b7688", "#2f6fde", "#b06f00", "#0c8a64", "#9a3fb0", "#c9471f")


@dataclass(frozen=True)
class Tokens:
    """Colours as "#rrggbb" by role; measures in pixels.

    `surface` is the ground of panels and cards, `background` that of the window, `canvas` that of
    the drawing, `field` that of editors. `selected` grounds what is chosen, `hover` what is under
    the mouse. `ranks` are wire colours by tensor rank, batch axis included; `heat` goes from
    little to much.
    """

    name: str
    dark: bool
    categories: dict[str, str]
    background: str = "#171b24"
    surface: str = "#1a1f2a"
    raised: str = "#1d222e"
    card: str = "#1d222e"
    canvas: str = "#141821"
    grid: str = "#232a37"
    field: str = "#12161e"
    border: str = "#2a3140"
    border_strong: str = "#3a4356"
    selected: str = "#2b3347"
    hover: str = "#242b3a"
    text: str = "#e6e9f0"
    text_muted: str = "#a1abbd"
    text_faint: str = "#8892a8"
    accent: str = "#6aa5ff"
    accent_soft: str = "#233654"
    on_accent: str = "#0e1420"
    success: str = "#3ecf9a"
    warning: str = "#f2b24c"
    error: str = "#f37791"
    error_surface: str = "#3a1f27"
    error_border: str = "#8c3a4c"
    badge: str = "#c24f69"
    on_badge: str = "#ffffff"
    train: str = "#2f7d5b"
    train_hover: str = "#328460"
    on_train: str = "#ffffff"
    node: str = "#232a39"
    node_border: str = "#343d50"
    wire: str = "#7d889f"
    shadow: str = "#0a0d13"
    note: str = "#322d1f"
    note_border: str = "#5d5433"
    note_text: str = "#ece5cf"
    note_faint: str = "#a89f83"
    note_link: str = "#8ab8ff"
    note_code: str = "#453f2c"
    histogram: str = "#3a4c76"
    validation: str = "#ffb454"
    frames: tuple[tuple[str, str], ...] = tuple(FRAMES_DARK.items())
    ranks: tuple[str, ...] = RANK_DARK
    heat: tuple[str, ...] = HEAT_DARK
    series: tuple[str, ...] = (
        "#6aa5ff",
        "#3ecf9a",
        "#ffb454",
        "#b98cf0",
        "#ec6a98",
        "#35b8d0",
        "#c9b458",
        "#ff8f70",
    )
    unit: int = 8
    radius: int = 6

    def category(self, name: str) -> str:
        """The colour of a catalogue category ("Convolution"), by its words."""
        known = name.casefold()
        if known in self.categories:
            return self.categories[known]
        for word, key in CATEGORY_WORDS:
            if word in known:
                return self.categories[key]
        return self.categories["other"]

    def frame(self, name: str) -> str:
        """The colour of a frame by its name; that of the first for a name that is not known."""
        colors = dict(self.frames)
        return colors.get(name, self.frames[0][1])

    def rank(self, rank: int | None) -> str:
        """The colour of a wire whose tensor has this many axes, batch included."""
        if rank is None:
            return self.wire
        return self.ranks[min(rank, len(self.ranks) - 1)]


DARK = Tokens("dark", True, CATEGORY_DARK)
LIGHT = Tokens(
    "light",
    False,
    CATEGORY_LIGHT,
    background="#eef0f4",
    surface="#f7f8fa",
    raised="#ffffff",
    card="#ffffff",
    canvas="#f3f5f8",
    grid="#dde2ea",
    field="#ffffff",
    border="#d9dee7",
    border_strong="#b4bdcc",
    selected="#dfe7f5",
    hover="#e9edf4",
    text="#1b2230",
    text_muted="#566178",
    text_faint="#616b7f",
    accent="#1e61d2",
    accent_soft="#dbe7fb",
    on_accent="#ffffff",
    success="#0a754d",
    warning="#945800",
    error="#c02d4c",
    error_surface="#fdecef",
    error_border="#e59aac",
    badge="#c2304f",
    train="#1f7a52",
    train_hover="#186644",
    node="#ffffff",
    node_border="#c5cdd9",
    wire="#7b879c",
    shadow="#c9d0db",
    note="#fff7dc",
    note_border="#e3cf86",
    note_text="#3a3319",
    note_faint="#776c46",
    note_link="#1f58b8",
    note_code="#f2e6b8",
    histogram="#9db4e0",
    validation="#c96a00",
    frames=tuple(FRAMES_LIGHT.items()),
    ranks=RANK_LIGHT,
    heat=HEAT_LIGHT,
    series=(
        "#1f63d6",
        "#0c8a5b",
        "#c96a00",
        "#8a4fd0",
        "#cc3d72",
        "#0f86a0",
        "#8d7a14",
        "#c9471f",
    ),
)
CONTRAST = replace(
    DARK,
    name="contrast",
    background="#000000",
    surface="#000000",
    raised="#000000",
    card="#000000",
    canvas="#000000",
    grid="#2c2c2c",
    field="#000000",
    border="#8a8a8a",
    border_strong="#ffffff",
    selected="#1d3f7a",
    hover="#222222",
    text="#ffffff",
    text_muted="#e2e2e2",
    text_faint="#c4c4c4",
    accent="#7cc0ff",
    accent_soft="#0c2c55",
    on_accent="#000000",
    success="#5cf2b8",
    warning="#ffd257",
    error="#ff8aa0",
    error_surface="#33000c",
    error_border="#ff8aa0",
    node="#0c0c0c",
    node_border="#b0b0b0",
    wire="#d0d0d0",
    note="#000000",
    note_border="#ffe27a",
    note_text="#ffffff",
    note_faint="#d8d0b0",
    note_code="#333333",
    histogram="#6ea3ff",
)
LOOKS = {look.name: look for look in (DARK, LIGHT, CONTRAST)}
