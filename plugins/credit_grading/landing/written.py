"""Headings under which a file for a feed is written, so that the feed reads every text of it as it was meant."""

from collections.abc import Iterator, Mapping

from credit_grading.contract.headings import heading_of, normalise_heading, unit_under
from credit_grading.contract.model import Column, Contract, Layout
from credit_grading.department.model import Feed
from credit_grading.landing.changes import own_headings
from credit_grading.landing.headers import accepted_headings

NO_HEADINGS: Mapping[str, str] = {}


class WrittenHeader:
    """The header of a file with rows of one meaning: one layout, and one unit per column.

    Args:
        feed: that is to receive the file.
        contract: of the feed.
        layout: name of the layout that the rows came in; None: the contract's own.
        received: column → the heading it came under, as landing.batch keeps it; columns not in it did not come.

    ``headings`` maps the columns of the contract to headings, in its order. Left out are columns that are not landed,
    and those for which the layout says what a file without them means. ``further`` are the columns that the feed's
    delivery names and the contract does not know.
    """

    def __init__(
        self, feed: Feed, contract: Contract, layout: str | None = None, received: Mapping[str, str] = NO_HEADINGS
    ) -> None:
        self._known = accepted_headings(contract, own_headings(feed, contract))
        self._layout = next((one for one in contract.layouts if one.name == layout), None)
        self._received = received
        named = [heading for heading in (feed.delivery.operation, feed.delivery.sequence) if heading]
        self._named = {column.name: heading for heading in named if (column := self.column_of(heading))}
        self.further = list(dict.fromkeys(heading for heading in named if not self.column_of(heading)))
        fixed = self._layout.fixed if self._layout else {}
        self.headings = {
            column.name: self._heading(column)
            for column in contract.columns
            if not column.personal and (column.name in received or column.name not in fixed)
        }
        if self._layout and not any(map(self._is_sign, self.headings.values())):
            self._add_sign(self._layout, contract)

    def column_of(self, heading: str) -> Column | None:
        """The contract's column that the feed reads under a heading, or None."""
        found = self._known.get(normalise_heading(heading))
        return found.column if found else None

    def _heading(self, column: Column) -> str:
        return next((heading for heading in self._candidates(column) if self._means(heading, column)), column.name)

    def _candidates(self, column: Column) -> Iterator[str]:
        if column.name in self._named:
            # the delivery reads this column under this heading and no other
            yield self._named[column.name]
        if column.name in self._received:
            yield self._received[column.name]
        elif self._layout:
            yield from self._layout.headers.get(column.name, ())
        yield heading_of(column)
        yield from column.headers

    def _means(self, heading: str, column: Column) -> bool:
        """Whether the feed reads this column under the heading, in the same unit and in no other layout."""
        found = self._known.get(normalise_heading(heading))
        return (
            found is not None
            and found.column.name == column.name
            and found.layout in (None, self._layout)
            and unit_under(column, found.text) == unit_under(column, self._received.get(column.name))
        )

    def _is_sign(self, heading: str) -> bool:
        found = self._known.get(normalise_heading(heading))
        return found is not None and found.layout is not None

    def _add_sign(self, layout: Layout, contract: Contract) -> None:
        """The layout was known by a column that is not landed: another heading of its own must say so."""
        for name, headings in layout.headers.items():
            column = contract.column(name)
            own = [heading for heading in headings if self._means(heading, column) and not column.personal]
            if own and (name in self.headings):
                self.headings[name] = own[0]
                return


def meaning_of(contract: Contract, layout: str | None, received: Mapping[str, str]) -> tuple[object, ...]:
    """What two batches must have in common for their rows to be written into one file: layout, units, and which of the
    columns that the layout fixes came all the same."""
    fixed = next((one.fixed for one in contract.layouts if one.name == layout), {})
    units = tuple(
        (column.name, unit_under(column, received[column.name]))
        for column in contract.columns
        if column.name in received
        and unit_under(column, received[column.name]) != unit_under(column, column.name)
    )  # fmt: skip
    return layout, units, tuple(name for name in fixed if name in received)
