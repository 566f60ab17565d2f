"""What a row says about itself beside its values: that its record was deleted, and where it belongs in the order; and
what the department's file says of headings."""

from collections.abc import Callable, Iterable, Sequence

from credit_grading.contract.headings import normalise_heading
from credit_grading.contract.model import Contract
from credit_grading.department.model import Delivery, Feed
from credit_grading.landing.headers import HeaderFinding, Headings, WrongHeader, column_of, unknown_name
from credit_grading.landing.personal import mask_identity_numbers
from credit_grading.sources.model import Values

# Keys of extra_columns that staging reads. A word that the department file does not list follows the question mark.
OPERATION = "_operation"
SEQUENCE = "_sequence"
WRITTEN, DELETED, UNKNOWN = "written", "deleted", "?"


class RowMarks:
    """Reads the columns that the feed's delivery names, whether the contract knows them or not.

    Args:
        delivery: of the feed.
        header: of the source.
        finding: what else the header says, for the ledger of headers.

    Raises WrongHeader where a named column is absent.
    """

    def __init__(self, delivery: Delivery, header: Sequence[str], finding: HeaderFinding) -> None:
        found = {normalise_heading(heading): position for position, heading in enumerate(header)}
        problems: list[tuple[str, str]] = []
        positions: list[int | None] = []
        for heading in (delivery.operation, delivery.sequence):
            position = None if heading is None else found.get(normalise_heading(heading))
            if heading is not None and position is None:
                problems.append((heading, f"缺少送达方式所声明的列“{heading}”（the delivery names this column）"))
            positions.append(position)
        if problems:
            raise WrongHeader(problems, finding)
        self._operation, self._sequence = positions
        self._meanings = {normalise_heading(word): WRITTEN for word in delivery.written}
        self._meanings |= {normalise_heading(word): DELETED for word in delivery.deleted}
        self.headings = {unknown_name(header[position], position) for position in positions if position is not None}

    def __call__(self, values: Values) -> dict[str, object]:
        """What extra_columns keep of a row."""
        marks: dict[str, object] = {}
        if self._operation is not None:
            word = values[self._operation] or ""
            unknown = UNKNOWN + mask_identity_numbers(word.strip())
            marks[OPERATION] = self._meanings.get(normalise_heading(word), unknown)
        if self._sequence is not None:
            marks[SEQUENCE] = (values[self._sequence] or "").strip()
        return marks


def row_marks(delivery: Delivery, header: Sequence[str], finding: HeaderFinding) -> RowMarks | None:
    """The marks of a feed whose delivery names columns; None for all others."""
    return RowMarks(delivery, header, finding) if delivery.operation or delivery.sequence else None


def own_headings(feed: Feed, contract: Contract) -> Headings:
    """What the department's file says about headings: its ``headers``, and that the columns its delivery names are
    no strangers, though they may be none of the contract's.
    """
    named = [heading for heading in (feed.delivery.operation, feed.delivery.sequence) if heading]
    return {heading: None for heading in named if column_of(contract, heading) is None} | dict(feed.headers)


def names_any(
    headings: Headings, unknown_columns: Iterable[str], kept_as: Callable[[str], str] = normalise_heading
) -> bool:
    """Whether a department's own headings now name a column that was unknown before."""
    named = {kept_as(heading) for heading, column in headings.items() if column}
    return any(heading in named or normalise_heading(heading) in named for heading in unknown_columns)
