"""Weights shaken by a noise that is given: the oracle's rulebook of one draw of a sensitivity."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from tests.oracle.rules import Node, Rulebook

# indicator → 1 + u
Noise = Callable[[str], Fraction]


def shaken(text: str, noise: Noise) -> Rulebook:
    """The rulebook with every weight w × (1 + u), siblings brought back to their sum, and ledger leaves × (1 + u)."""
    book = Rulebook(text)
    book.roots = list(_siblings(tuple(book.roots), noise))
    return book


def _siblings(nodes: tuple[Node, ...], noise: Noise) -> tuple[Node, ...]:
    weighted = [node for node in nodes if node.weight is not None]
    total = sum((node.weight for node in weighted), start=Fraction(0))
    noisy = sum((node.weight * noise(node.indicator_id) for node in weighted), start=Fraction(0))
    return tuple(
        replace(node, weight=_weight(node, noise, total, noisy), children=_siblings(node.children, noise))
        for node in nodes
    )


def _weight(node: Node, noise: Noise, total: Fraction, noisy: Fraction) -> Fraction | None:
    if node.weight is not None:
        return node.weight * noise(node.indicator_id) * total / noisy
    # a leaf without a weight counts in full: as with a weight of 100
    return None if node.children or not node.scored else 100 * noise(node.indicator_id)
