"""Checks of the way from raw value to value: bands, goalposts, linear scales and their direction."""

from itertools import pairwise
from typing import Any

from credit_grading.rulebook.document import Document, Location


def check_scale(document: Document, location: Location, indicator: dict[str, Any]) -> None:
    """Note every fault of a leaf's scale in the document."""
    name, scale = indicator["id"], indicator.get("scale", {})
    place = (*location, "scale")
    if "bands" in scale:
        _check_bands(document, (*place, "bands"), name, scale["bands"])
    linear = scale.get("linear", {})
    if "lowest" in linear and "highest" in linear and linear["lowest"] > linear["highest"]:
        document.problem((*place, "linear"), f"scale of '{name}': lowest must not be above highest")
    posts = scale.get("goalposts")
    if posts and posts["worst"] == posts["best"]:
        document.problem((*place, "goalposts"), f"goalposts of '{name}': worst and best must differ")
    _check_direction(document, location, indicator)


def _check_direction(document: Document, location: Location, indicator: dict[str, Any]) -> None:
    direction = indicator.get("direction")
    opposite = {"higher": "falls", "lower": "rises"}
    if direction and indicator.get("scored", True) and opposite[direction] in _courses(indicator.get("scale")):
        document.problem(
            (*location, "direction"),
            f"'{indicator['id']}' says that {direction} raw values are better, but by its scale the value "
            f"{opposite[direction]} as they rise",
        )


def _courses(scale: dict[str, Any] | None) -> set[str]:
    """How the value goes as the raw value rises, anywhere on the scale."""
    if scale is None:
        return {"rises"}
    if "bands" in scale:
        steps = [(band["value"], following["value"]) for band, following in pairwise(scale["bands"])]
    elif "goalposts" in scale:
        steps = [(scale["goalposts"]["worst"], scale["goalposts"]["best"])]
    else:
        steps = [(0, scale["linear"]["slope"])]
    return {"rises" if end > begin else "falls" for begin, end in steps if end != begin}


def _check_bands(document: Document, location: Location, name: str, bands: list[dict[str, Any]]) -> None:
    if bands[0]["from"] is not None:
        document.problem((*location, 0), f"bands of '{name}': the first must begin with 'from: null'")
    if bands[-1]["until"] is not None:
        document.problem((*location, len(bands) - 1), f"bands of '{name}': the last must end with 'until: null'")
    for index, (band, following) in enumerate(pairwise(bands), start=1):
        end, begin = band["until"], following["from"]
        if end is None or begin is None:
            document.problem((*location, index), f"bands of '{name}': only the outer ends may be null")
        elif end != begin:
            fault = "overlap" if end > begin else "leave a gap"
            document.problem((*location, index), f"bands of '{name}' {fault} between {begin} and {end}")
    for index, band in enumerate(bands):
        if band["from"] is not None and band["until"] is not None and band["from"] >= band["until"]:
            document.problem(
                (*location, index), f"a band of '{name}' is empty: from {band['from']} until {band['until']}"
            )
