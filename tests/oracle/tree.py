"""From the values of the leaves to what each contributes, up the tree of indicators."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.rules import Node
from tests.oracle.values import quotient


@dataclass
class LeafResult:
    """What is known about one leaf for one subject. A value of None: the leaf is left out."""

    status: str
    raw: Fraction | None
    value: Fraction | None
    # record id → points with which it counts; None where it says none
    evidence: set[tuple[str, Fraction | None]] = field(default_factory=set)
    contribution: Fraction = Fraction(0)
    # weights on the way down; None in a redistributing group, where they depend on what is known
    factor: Fraction | None = None


@dataclass
class Tree:
    """Contributions of all leaves of one rulebook for one subject."""

    roots: list[Node]
    results: dict[str, LeafResult]
    # redistributing groups: the leaves that share a total which is rounded as a whole
    rounded_groups: list[tuple[list[str], Fraction]] = field(default_factory=list)
    nothing_known: bool = False

    def total(self) -> Fraction:
        return sum((self._spread(root, root.share()) for root in self.roots), start=Fraction(0))

    def _spread(self, node: Node, factor: Fraction) -> Fraction:
        """What a node contributes with this factor; the contributions of its leaves are written down."""
        if not node.children:
            result = self.results[node.indicator_id]
            result.factor = factor if node.scored else Fraction(0)
            result.contribution = result.factor * (result.value or 0)
            return result.contribution
        if node.redistributes:
            return self._redistribute(node, factor)
        return sum((self._spread(child, factor * child.share()) for child in node.children), start=Fraction(0))

    def _redistribute(self, group: Node, factor: Fraction) -> Fraction:
        known = [(child, self._value(child)) for child in group.children if child.scored]
        known = [(child, value) for child, value in known if value is not None]
        present = sum((child.weight for child, _ in known), start=Fraction(0))
        leaves = [leaf.indicator_id for leaf in group.leaves()]
        for child, _ in known:
            self._spread(child, factor * child.weight / present)
        for leaf in leaves:
            self.results[leaf].factor = None
        total = Fraction(0)
        if known:
            total = quotient(sum(value * child.weight for child, value in known), present) * factor
        else:
            self.nothing_known = True
        self.rounded_groups.append((leaves, total))
        return total

    def _value(self, node: Node) -> Fraction | None:
        """Value of a child of a redistributing group; None where it is left out."""
        if not node.children:
            return self.results[node.indicator_id].value
        scored = [leaf for leaf in node.leaves() if leaf.scored]
        if all(self.results[leaf.indicator_id].value is None for leaf in scored):
            return None
        return sum(
            ((self._value(child) or Fraction(0)) * child.share() for child in node.children if not only_shown(child)),
            start=Fraction(0),
        )

    def share_known(self) -> tuple[Fraction, Fraction]:
        """Weight of the scored leaves that are known, and of those that apply."""
        known = applies = Fraction(0)
        for leaf, share in weighted_leaves(self.roots, Fraction(1)):
            status = self.results[leaf.indicator_id].status
            applies += share if status != "not_applicable" else 0
            known += share if status not in ("not_applicable", "missing", "stale") else 0
        return known, applies


def only_shown(node: Node) -> bool:
    return not any(leaf.scored for leaf in node.leaves())


def weighted_leaves(nodes: list[Node] | tuple[Node, ...], factor: Fraction) -> Iterator[tuple[Node, Fraction]]:
    """Scored leaves with the weights on the way to them, as written."""
    for node in nodes:
        if node.children:
            yield from weighted_leaves(node.children, factor * node.share())
        elif node.scored:
            yield node, factor * node.share()
