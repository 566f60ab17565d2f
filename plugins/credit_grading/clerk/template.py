"""报送模板: an XLSX made from the contract, which the feed receives once it is filled in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from credit_grading.clerk.example import catalogue_items, example_value, null_markers
from credit_grading.clerk.marked import DEFAULT_SHEET, FILLING, HEADER_COLOUR, MARKED_COLOUR, MOST_ROWS, saved_as
from credit_grading.contract.headings import normalise_heading
from credit_grading.contract.load import load_contract
from credit_grading.contract.model import Column, Contract
from credit_grading.department.model import Department, Feed
from credit_grading.landing.written import WrittenHeader

NOTES_SHEET, CHOICES_SHEET = "填写说明", "代码表"
FORMATS = {"text": "@", "date": "yyyy-mm-dd", "numeric": "General", "integer": "0", "boolean": "@"}
TYPES = {"text": "文字", "date": "日期 YYYY-MM-DD", "numeric": "数字", "integer": "整数", "boolean": "是 / 否"}
UNITS = {"ten_thousand_yuan": "，单位万元"}
CREDIT_CODE_LENGTH = 18
# no feed has records from before; the last day is what departments write for "no end"
FIRST_DAY, LAST_DAY = "DATE(1900,1,1)", "DATE(9999,12,31)"


def write_template(department: Department, feed: Feed, path: Path) -> None:
    """Write the template of one feed; an older one is replaced.

    First the sheet to fill in, with nothing but its header; then 填写说明 and the choices. Required columns are red.
    Columns of personal data that is not received are left out; those that the feed's delivery names are there.
    """
    from openpyxl import Workbook

    contract = load_contract(feed.contract_id)
    columns = template_columns(feed, contract)
    book = Workbook()
    page = book.active
    page.title = feed.source.get("sheet") or DEFAULT_SHEET
    header_row = feed.source.get("header_row", 1)
    for row in range(1, header_row):
        page.cell(row, 1, FILLING)
    notes = book.create_sheet(NOTES_SHEET if page.title != NOTES_SHEET else f"{NOTES_SHEET}2")
    choices = book.create_sheet(CHOICES_SHEET if page.title != CHOICES_SHEET else f"{CHOICES_SHEET}2")
    for position, (heading, column) in enumerate(columns.items(), start=1):
        offered = _choices(choices, position, heading, column, contract)
        _column(page, page.cell(header_row, position), heading, column, offered)
    page.freeze_panes = page.cell(header_row + 1, 1)
    _explain(notes, department, feed, contract, columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def template_columns(feed: Feed, contract: Contract) -> dict[str, Column]:
    """Heading → column, under headings that this feed reads."""
    header = WrittenHeader(feed, contract)
    columns = {heading: contract.column(name) for name, heading in header.headings.items()}
    for heading in header.further:
        columns[heading] = Column(heading, "numeric", "记录各版本的先后：数字或时间，大者为新", required=True)
    operation = feed.delivery.operation
    if operation is not None:
        words = (*feed.delivery.written, *feed.delivery.deleted)
        meaning = f"本行是写入（{'、'.join(feed.delivery.written)}）还是删除（{'、'.join(feed.delivery.deleted)}）"
        heading = next(one for one in columns if normalise_heading(one) == normalise_heading(operation))
        values = {word: word for word in words}
        columns[heading] = replace(
            columns[heading], data_type="text", description=meaning, required=True, values=values
        )
    return columns


def allowed_values(column: Column, contract: Contract) -> list[str]:
    """What may be chosen; empty where anything of the type may be written."""
    if column.values:
        return list(column.values)
    if "catalogue_item" in column.checks:
        return [item for item, _ in catalogue_items(contract.id)]
    return ["是", "否"] if column.data_type == "boolean" else []


def _choices(page: Any, position: int, heading: str, column: Column, contract: Contract) -> str | None:
    """Write the column's choices below each other; returns where they stand."""
    values = allowed_values(column, contract)
    if not values:
        return None
    letter = page.cell(1, position, heading).column_letter
    for row, value in enumerate(values, start=2):
        _text(page.cell(row, position), value)
    return f"'{page.title}'!${letter}$2:${letter}${len(values) + 1}"


def _column(page: Any, cell: Any, heading: str, column: Column, choices: str | None) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    _text(cell, heading)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", start_color=MARKED_COLOUR if column.required else HEADER_COLOUR)
    kind = TYPES[column.data_type] + UNITS.get(column.unit or "", "")
    duty = "必填" if column.required else "选填"
    cell.comment = Comment(f"{duty}：{kind}", "credit-grading", width=240, height=60)
    letter = cell.column_letter
    page.column_dimensions[letter].width = max(14, 2.2 * len(heading))
    page.column_dimensions[letter].number_format = FORMATS[column.data_type]
    validation = _validation(heading, column, choices)
    if validation is not None:
        validation.add(f"{letter}{cell.row + 1}:{letter}{MOST_ROWS}")
        page.add_data_validation(validation)


def _validation(heading: str, column: Column, choices: str | None) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule: dict[str, Any] | None = None
    if choices:
        rule = {"type": "list", "formula1": choices}
    elif column.data_type == "date":
        rule = {"type": "date", "operator": "between", "formula1": FIRST_DAY, "formula2": LAST_DAY}
    elif column.data_type in ("numeric", "integer"):
        rule = {"type": "decimal" if column.data_type == "numeric" else "whole", **_bound(column)}
    elif "credit_code" in column.checks:
        rule = {"type": "textLength", "operator": "equal", "formula1": str(CREDIT_CODE_LENGTH)}
    if rule is None:
        return None
    return DataValidation(
        **rule,
        allow_blank=True,
        showErrorMessage=True,
        # a null marker such as 长期 may be written too
        errorStyle="warning",
        errorTitle=heading[:32],
        error=f"应为{TYPES[column.data_type]}，详见“{NOTES_SHEET}”",
    )


def _bound(column: Column) -> dict[str, str]:
    if {"not_negative", "positive"} & set(column.checks):
        return {"operator": "greaterThan" if "positive" in column.checks else "greaterThanOrEqual", "formula1": "0"}
    return {"operator": "between", "formula1": "-1E+15", "formula2": "1E+15"}


def _explain(page: Any, department: Department, feed: Feed, contract: Contract, columns: dict[str, Column]) -> None:
    from openpyxl.styles import Font

    kind = feed.source["kind"]
    way = {
        "xlsx": "填好第一张表后按约定位置报送本文件。",
        "csv": f"本数据源读取 CSV：填好第一张表后另存为{saved_as(feed.source)}报送。",
    }.get(kind, "本数据源不读取表格文件；本模板供核对字段。")
    if feed.delivery.kind == "snapshot":
        way += "每次须报送完整的清单：清单中没有的记录视为已不存在。"
    if feed.delivery.parts_of:
        way += f"文件名须含有与“{feed.delivery.parts_of}”相符的部分，相同者为同一份清单。"
    lines: list[tuple[str, ...]] = [
        (f"{department.title_zh}　{feed.title_zh}（{contract.title_zh}）",), (f"依据：{contract.standard}",), (way,),
        ("红色表头为必填列。表头不要改动；可以增加列。第一张表中不要留示例行。",),
        (f"任何列中，下列写法都表示“无”：{' '.join(null_markers())}",), (),
        ("列名", "含义", "类型", "必填", "可选值", "本列另有的“无”或“长期”的写法", "示例"),
    ]  # fmt: skip
    for heading, column in columns.items():
        lines.append(
            (
                heading, column.description, TYPES[column.data_type] + UNITS.get(column.unit or "", ""),
                "必填" if column.required else "", "、".join(allowed_values(column, contract)),
                "、".join((*column.null_markers, *column.open_ended)), example_value(column, contract),
            )
        )  # fmt: skip
    for row, line in enumerate(lines, start=1):
        for position, value in enumerate(line, start=1):
            _text(page.cell(row, position), value)
    for cell in page[7]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", (28, 60, 18, 8, 40, 30, 24), strict=True):
        page.column_dimensions[letter].width = width


def _text(cell: Any, value: str) -> None:
    """A text cell, whatever the text looks like."""
    cell.value, cell.number_format = value, "@"
    cell.data_type = "s"
