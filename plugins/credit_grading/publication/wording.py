"""Chinese wording of an explained grade: rows of the sharing tables in, aligned lines of text out."""

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

STATUS = {
    "hit": "有记录",
    "clean": "无记录",
    "exempt": "豁免",
    "not_applicable": "不适用",
    "missing": "缺失",
    "stale": "过期",
}
GRADE_STATUS = {
    "by_score": "按得分定级",
    "condition": "更好等级的条件未满足",
    "crosswalk": "按外部等级定级",
    "veto": "直接定级",
    "cap": "等级封顶",
    "no_grade": "不评级",
    "insufficient_data": "数据不足，不评级",
}
# what a record does for an indicator besides counting
ROLE = {"exempts": "豁免依据：", "applies": "适用依据："}
LIMIT_EFFECT = {"veto": "直接定为", "cap": "不得高于", "no_grade": "不评级"}

_HEADINGS = ("指标", "状态", "原始值", "指标值", "系数", "得分")
_FIRST_NUMBER = 2


def heading(grade: Row) -> list[str]:
    """Who, under which rule, as of when."""
    facet = f"　分项：{grade['facet']}" if grade["facet"] else ""
    basis = "；".join(legal_basis(item) for item in grade["legal_basis"])
    return [
        f"{grade['rulebook_title']}（{grade['rulebook_id']}，版本 {grade['rulebook_version']}，"
        f"{grade['in_force_from']} 起施行）",
        f"制定机关：{grade['authority_zh']}　依据：{basis}",
        f"主体：{grade['subject_name']}（{grade['subject_key']}）{facet}",
        "",
    ]


def arithmetic(grade: Row, lines: Sequence[Row]) -> list[str]:
    """Start score, every indicator with its records, the sum, the clamp and the score; or the level made elsewhere."""
    if grade["kind"] == "crosswalk":
        return _level(grade, lines)
    table: list[tuple[str, ...] | str] = [_HEADINGS]
    total = Decimal(0)
    for line in lines:
        if line["line_kind"] == "start":
            table.append((line["title_zh"], "", "", "", "", number(line["contribution"])))
        elif line["line_kind"] == "indicator":
            table.append(_indicator(line))
            table.extend(_evidence(line))
        if line["line_kind"] in ("start", "indicator"):
            total += line["contribution"]
    table.append(("合计", "", "", "", "", number(total)))
    table.extend(
        (f"{line['title_zh']}（{_range(grade)}）", "", "", "", "", signed(line["contribution"]))
        for line in lines
        if line["line_kind"] == "clamp"
    )
    table.append(("得分", "", "", "", "", number(grade["score"])))
    return [*align(table), ""]


def outcome(grade: Row, lines: Sequence[Row], better_grade: str | None) -> list[str]:
    """Limits, the grade, and what would change it."""
    text: list[str] = []
    for line in lines:
        if line["line_kind"] == "limit":
            effect = f"{LIMIT_EFFECT[line['effect']]} {line['limit_grade'] or ''}".strip()
            note = "" if line["indicator_id"] == grade["limit_id"] else "（未起决定作用）"
            basis = f"　依据：{line['limit_basis']}" if line["limit_basis"] else ""
            until = f"（至 {line['holds_until']} 止，当日起不再起作用）" if line["holds_until"] else ""
            text.append(f"等级限制：{line['title_zh']} → {effect}{until}{note}{basis}")
            text.extend(_evidence(line))
    if grade["grade"] is None:
        text.append(f"等级：不评级（{_reason(grade)}）")
    else:
        city = f"全市统一等级 {grade['city_grade']}" if grade["city_grade"] else "不对应全市统一等级"
        text.append(f"等级：{grade['grade']}（{grade['grade_title']}），{city}，{GRADE_STATUS[grade['grade_status']]}")
    if grade["gap_to_next_band"] is not None:
        text.append(f"距上一等级 {better_grade or ''} 还差：{number(grade['gap_to_next_band'])} 分")
    if grade["next_change_on"] is not None:
        text.append(f"没有新记录时，最早变化日期：{grade['next_change_on']}")
    return text


def supervision(measures: Iterable[Row]) -> list[str]:
    """What the grade means for supervision."""
    text = []
    for measure in measures:
        details = []
        if measure["inspection_ratio_percent"] is not None:
            details.append(f"抽查比例 {number(measure['inspection_ratio_percent'])}%")
        if measure["inspections_per_year"] is not None:
            details.append(f"每年检查 {number(measure['inspections_per_year'])} 次")
        if measure["legal_basis"]:
            details.append(f"依据：{measure['legal_basis']}")
        text.append(
            f"  {measure['position']}. {measure['measure_zh']}" + (f"（{'，'.join(details)}）" if details else "")
        )
    return ["监管措施：", *text, ""] if text else []


def release(grade: Row, verdict: Iterable[Row]) -> list[str]:
    """Which release shows it, which one changed it last, and what the gate said."""
    text = [
        f"发布：第 {grade['newest_publication']} 次发布，评价基准日 {grade['newest_as_of']}；"
        f"本行最近一次变化于第 {grade['publication_id']} 次发布（{grade['as_of']}）"
    ]
    for suite in verdict:
        text.append(
            f"检验 {suite['suite']}：{suite['checks']} 项，通过 {suite['passed']}，"
            f"警告 {suite['failed_warning']}，不适用 {suite['not_applicable']}"
        )
    return text


def legal_basis(item: Row | str) -> str:
    """One document of a rulebook's legal basis, with its article."""
    if isinstance(item, str):
        return item
    return " ".join(str(item[part]) for part in ("document", "article") if item.get(part))


def number(value: Decimal | int | None) -> str:
    """An exact number without trailing zeros and never in powers of ten; '' for None."""
    if value is None:
        return ""
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: Decimal) -> str:
    """The same with its sign, 0 without one."""
    return ("+" if value > 0 else "") + number(value)


def width(text: str) -> int:
    """Columns that a terminal needs: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def align(table: Sequence[tuple[str, ...] | str]) -> list[str]:
    """Rows with every column as wide as its widest cell, numbers to the right; plain text lines stand between them."""
    rows = [row for row in table if not isinstance(row, str)]
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    aligned = []
    for row in table:
        if isinstance(row, str):
            aligned.append(row)
            continue
        cells = []
        for column, cell in enumerate(row):
            blank = " " * (widths[column] - width(cell))
            cells.append(blank + cell if column >= _FIRST_NUMBER else cell + blank)
        aligned.append("  ".join(cells).rstrip())
    return aligned


def _indicator(line: Row) -> tuple[str, ...]:
    return (
        line["path_zh"],
        STATUS[line["status"]],
        _with_unit(line["raw_value"], line),
        # within its group the weight went to the others
        number(line["value"]) if line["value"] is not None else "不计入",
        f"×{number(line['factor'])}" if line["is_scored"] else "不计分",
        signed(line["contribution"]) if line["is_scored"] else "",
    )


def _evidence(line: Row) -> list[str]:
    text = []
    if line["legal_basis"]:
        text.append(f"    依据：{line['legal_basis']}")
    if line["source_rulebook_id"]:
        text.append(f"    取自：{line['source_title'] or line['source_rulebook_id']}的得分")
    for record in line["records"]:
        until = f"至 {record['effective_until']} 止（当日起不计）" if record.get("effective_until") else "长期有效"
        text.append(
            f"    · {ROLE.get(record.get('role'), '')}{record['occurred_on']}，{until}{_points(record, line)}"
            f"　{record['summary']}{origin(record)}"
        )
    return text


def _points(record: Row, line: Row) -> str:
    """What a record counts with today; what it counted before it faded or a repair gave some back stands beside it."""
    if record.get("points") is None or record.get("role"):
        return ""
    full = f"（衰减或修复返还前 {_with_unit(record['points_full'], line)}）" if "points_full" in record else ""
    part = "（计入分子）" if record.get("is_numerator") else ""
    return f"　{_with_unit(record['points'], line)}{full}{part}"


def _level(grade: Row, lines: Sequence[Row]) -> list[str]:
    text = []
    for line in lines:
        if line["line_kind"] == "crosswalk":
            text.append(f"外部等级：{line['title_zh']}")
            text.extend(_evidence(line))
    score = number(grade["score"]) if grade["score"] is not None else "无对应分数"
    return [*(text or ["外部等级：无记录"]), f"得分：{score}", ""]


def _reason(grade: Row) -> str:
    if grade["grade_status"] == "no_grade" and grade["kind"] == "crosswalk" and grade["limit_id"] is None:
        return "对照表没有该外部等级"
    if grade["grade_status"] == "insufficient_data" and grade["minimum_known_percent"] is not None:
        return f"数据不足：已知指标的权重须达到 {number(grade['minimum_known_percent'])}%"
    return GRADE_STATUS[grade["grade_status"]]


def origin(record: Row) -> str:
    """Where a record came from: department, batch and row."""
    return f"　[{record['department_id']}，第 {record['batch_id']} 批第 {record['row_number']} 行]"


def _with_unit(value: Decimal | None, line: Row) -> str:
    return f"{number(value)} {line['unit_zh'] or ''}".strip() if value is not None else ""


def _range(grade: Row) -> str:
    return f"{number(grade['lowest_score']) or '不限'}～{number(grade['highest_score']) or '不限'}"
