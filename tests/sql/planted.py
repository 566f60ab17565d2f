"""Feeds in which an identity number and a name stand wherever a feed can carry them, of persons and of firms."""

import json
from pathlib import Path

import psycopg

from credit_grading.city.codes import credit_code
from credit_grading.department.model import Feed
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import csv_text, department, feed, write

# the example of GB 11643
NUMBER = "11010519491231002X"
MISTYPED = "11010519491331002X"
NAME = "诸葛孔明"
KEY = "the key of this test"
EXPERTS = ["身份证号", "专家姓名", "专家编号", "评审专业", "入库日期", "推荐人"]
REVIEWS = ["评价编号", "证件号码", "姓名", "项目编号", "评价方", "得分", "评价日期", "评价意见"]
PENALTIES = [
    "行政处罚决定书文号", "行政相对人名称", "统一社会信用代码", "处罚类别", "处罚决定日期", "处罚机关", "违法事实",
    "法定代表人", "法定代表人证件号码", "联系方式", f"附注{NUMBER}",
]  # fmt: skip
# what a search must find, or it would find nothing at all
MARK, FIRM_MARK = "土建0815", "事实0815"
CODE = credit_code("500103", 1)


def plant(folder: Path) -> None:
    """Every kind of file and of row, good and bad."""
    expert = [NUMBER, NAME, "专1", MARK, "2025-01-02", f"{NAME} {NUMBER}"]
    rows = [
        expert,
        [MISTYPED, NAME, "专2", f"土建 {NUMBER}", "2025-01-02", ""],
        [NUMBER, NAME, "专3", "土建", "没有日期", ""],
        [*expert, NUMBER],
        expert[:2],
    ]
    text = csv_text(rows, EXPERTS) + f'"{NUMBER},{NAME}\n'
    write(folder / "experts", f"名册_{NUMBER}.csv", text)
    headed = csv_text([expert], [*EXPERTS[:5], f"备注{NUMBER}"])
    write(folder / "experts", "b.csv", headed)
    # without its header: the first person stands in its place
    write(folder / "headless", "a.csv", csv_text([expert[:5]], expert[:5]))
    review = ["评1", NUMBER.lower(), NAME, "项1", "采购人", "92.5", "2025-01-02", f"专家 {NUMBER}"]
    write(folder / "reviews", "a.csv", csv_text([review], REVIEWS))
    lines = [dict(zip(REVIEWS, ["评2", *review[1:]], strict=True)) | {f"键{NUMBER}": NAME, "嵌套": {NUMBER: NAME}}]
    write(folder / "reviews_json", "a.jsonl", _lines(lines) + f'{{"证件号码": "{NUMBER}", "姓名": "{NAME}"\n')

    facts = f"{FIRM_MARK}（身份证{NUMBER}）"
    firm = ["罚1", "甲公司", CODE, "罚款", "2025-01-02", "某局", facts, NAME, NUMBER, NUMBER, NUMBER]
    rows = [
        firm,
        [f"罚{NUMBER}号", *firm[1:]],
        ["罚3", f"某人{NUMBER}", "", *firm[3:4], "没有日期", *firm[5:]],
        ["罚4", *firm[1:6], f"多出一格 {NUMBER}", "", "", "", "", NUMBER],
        ["罚5", NUMBER],
    ]
    write(folder / "penalties", f"处罚_{NUMBER}.csv", csv_text(rows, PENALTIES) + f'"罚6,{NUMBER}\n')
    lines = [dict(zip(PENALTIES, ["罚7", *firm[1:]], strict=True)) | {f"键{NUMBER}": "x", "嵌套": {NUMBER: [NUMBER]}}]
    write(folder / "penalties_json", "a.jsonl", _lines(lines) + f'{{"违法事实": "{NUMBER}"\n')


def _lines(objects: list[dict]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def receive(
    connection: psycopg.Connection, contract_id: str, folder: str, source: dict[str, str] | None = None, url: str = ""
) -> tuple[FeedOutcome, str]:
    """Receive a folder, or a table; returns the outcome and every word that a log would hold."""
    source = source or {"kind": "csv", "location": f"feeds://{folder}/*"}
    one: Feed = feed(id=folder, contract_id=contract_id, source=source)
    try:
        outcome = receive_feed(connection, department(one), one, open_connection=lambda _: url)
    except FeedProblem as problem:
        return problem.outcome, str(problem) + _said(problem.outcome)
    return outcome, _said(outcome)


def _said(outcome: FeedOutcome) -> str:
    return "\n".join(map(str, outcome.problems))
