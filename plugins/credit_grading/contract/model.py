"""The shape of a contract (数据契约): one kind of record, its columns and their rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Columns that landing adds to every contract's table; a contract may not use these names.
LANDING_COLUMNS = ("batch_id", "row_number", "extra_columns", "row_hash")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    ``headers`` are the accepted headings besides the name itself. ``unit`` is the unit a feed delivers in
    (staging always holds 元). ``values`` maps received words to canonical ones; empty = any.
    ``personal`` columns are recognised in the header, and their values are never landed. ``header_units`` names the
    unit of headings that speak of another one. A column that is ``part_of`` another is received by itself, and
    staging appends it to that one.
    """

    name: str
    data_type: str
    description: str = ""
    headers: tuple[str, ...] = ()
    required: bool = False
    header_required: bool = False
    checks: tuple[str, ...] = ()
    unit: str | None = None
    values: Mapping[str, str] | None = None
    open_ended: tuple[str, ...] = ()
    null_markers: tuple[str, ...] = ()
    personal: bool = False
    header_units: Mapping[str, str] = field(default_factory=dict)
    part_of: str | None = None

    @property
    def label(self) -> str:
        """How a clerk knows the column: official code first, then the Chinese heading, else the name."""
        codes = [heading for heading in self.headers if heading.isascii()][:1]
        titles = [heading for heading in self.headers if not heading.isascii()][:1]
        return " ".join(codes + titles) or self.name


@dataclass(frozen=True, slots=True)
class Layout:
    """Another layout (格式) in which the same record arrives, such as the fields of an older standard.

    ``headers`` are headings that only this layout has: one of them in a header is the sign of it. ``values`` say for
    a column what received words and codes mean here, before those of the column itself. ``fixed`` is what every row
    says without a column for it (None: nothing): a list of one kind need not repeat which kind.
    """

    name: str
    title_zh: str
    headers: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fixed: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contract:
    """One kind of record.

    ``natural_key``, with the department, identifies a record. ``subject`` names the columns that hold the
    subject's credit_code, organisation_code, registration_number, name, local_id, person_id and person_name (any may
    be None or absent). Identity numbers in
    person_id are hashed, names in person_name masked before they are landed. ``version_column`` orders corrections;
    None = arrival.
    """

    id: str
    title_zh: str
    description: str
    standard: str
    natural_key: tuple[str, ...]
    subject: Mapping[str, str | None]
    version_column: str | None
    columns: tuple[Column, ...]
    layouts: tuple[Layout, ...] = ()

    @property
    def has_persons(self) -> bool:
        """Whether rows name natural persons, so that receiving them needs the person key."""
        return self.subject.get("person_id") is not None

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
