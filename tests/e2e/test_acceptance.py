"""Published scores and grades of real municipal snapshots are recomputed; a wrong one is found."""

import csv
import os
import re
from pathlib import Path

import psycopg
import pytest

from credit_grading.acceptance.run import main

REAL = Path(os.environ.get("REAL") or Path(__file__).parents[2].parent / "shared" / "real")
HEADER = ["企业名称", "资质类别", "资质明细", "初始分", "基础分", "专项加分", "扣分", "诚信分值", "诚信等级"]
# invented rows: cut-offs of both rule sets, below zero, over 150, quarter points, and nothing to score
FIRST = [
    ["甲建设有限公司", "施工", "总承包/市政", "100", "0", "0.0", "10.0", "90.0", "B级"],
    ["甲建设有限公司", "施工", "总承包/房建", "100", "0", "0.0", "9.75", "90.25", "A级"],
    ["乙路桥有限公司", "施工", "总承包/公路", "100", "20", "10.0", "0.0", "130.0", "A级"],
    ["乙路桥有限公司", "施工", "专业承包/钢结构", "100", "20", "10.25", "0.0", "130.25", "AA级"],
    ["丙装饰有限公司", "施工", "专业承包/装饰", "100", "0", "0.0", "136.5", "-36.5", "C级"],
    ["丁物业有限公司", "物业类", "物业类", "100", "0", "5.0", "0.0", "105.0", "A级"],
    ["戊造价有限公司", "造价咨询", "造价咨询", "100", "0", "0.0", "0.0", "100.0", ""],
]
SECOND = [
    ["甲建设有限公司", "施工", "总承包_市政", "100.0", "0.0", "0.0", "0.0", "100.0", "A级"],
    ["乙路桥有限公司", "施工", "总承包_公路", "100.0", "20.0", "30.0", "0.0", "150.0", "AAA级"],
    ["丙装饰有限公司", "施工", "专业承包_装饰", "100.0", "0.0", "0.0", "0.25", "99.75", "B级"],
    ["戊造价有限公司", "施工", "", "100.0", "", "", "", "", ""],
]
WRONG_SCORE = ["己桥梁有限公司", "施工", "专业承包_桥梁", "100.0", "0.0", "3.0", "0.0", "113.0", "A级"]
WRONG_GRADE = ["庚园林有限公司", "施工", "专业承包_园林", "100.0", "0.0", "0.0", "0.0", "100.0", "AA级"]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of its own, so that nothing of the snapshots lands beside the project."""
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("CREDIT_GRADING_DBT_TARGET", raising=False)
    return tmp_path / "state"


def snapshot(folder: Path, day: str, rows: list[list[str]]) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / f"yichang_credit_{day}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])


def figures(text: str, label: str) -> list[tuple[int, int]]:
    """(matches, mismatches) of the lines with that label, one per snapshot."""
    found = re.findall(rf"{label}\s+一致 match ([\d,]+)\s+不一致 mismatch ([\d,]+)", text)
    return [(int(match.replace(",", "")), int(mismatch.replace(",", ""))) for match, mismatch in found]


@pytest.mark.usefixtures("warehouse")
def test_every_published_score_and_grade_of_the_real_snapshots_is_matched(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not list(REAL.glob("yichang_credit_*.csv")):
        pytest.skip(f"no real snapshots in {REAL}: data that this project does not carry")
    code = main(["--real", str(REAL)])
    text = capsys.readouterr().out
    assert code == 0, text
    assert figures(text, "score") == [(13_374, 0), (8_876, 0)]
    assert figures(text, "grade") == [(9_488, 0), (8_876, 0)]
    assert re.findall(r"none on either side ([\d,]+)", text) == ["3,886", "1,929"]
    assert re.findall(r"construction_integrity v(\d)", text) == ["1", "2"]
    assert not (state / "acceptance" / "feeds").exists()


def test_a_wrong_published_score_or_grade_is_a_mismatch(
    warehouse: psycopg.Connection, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot(tmp_path / "real", "2025-05-29", FIRST)
    snapshot(tmp_path / "real", "2026-06-01", [*SECOND, WRONG_SCORE, WRONG_GRADE])
    code = main(["--real", str(tmp_path / "real")])
    text = capsys.readouterr().out
    assert code == 1, text
    assert figures(text, "score") == [(7, 0), (4, 1)]
    assert figures(text, "grade") == [(6, 0), (4, 1)]
    listed = [line for line in text.splitlines() if "✗" in line]
    assert ["己桥梁有限公司" in listed[0], "庚园林有限公司" in listed[1], len(listed)] == [True, True, 2]
    assert re.search(r"published 113\.0 / A, 计算 computed 103(\.0+)? / A", listed[0])
    assert re.search(r"published 100\.0 / AA, 计算 computed 100(\.0+)? / A", listed[1])
    # known by name alone, and none of them taken for a coded subject
    kinds = warehouse.execute("select subject_kind, count(*) from thematic.subject group by subject_kind").fetchall()
    assert kinds == [("name_only", 7)]
    # a warehouse that holds something is never mixed with real snapshots
    assert main(["--real", str(tmp_path / "real")]) == 2
    assert "holds 2 batches" in capsys.readouterr().err


def test_a_folder_without_snapshots_cannot_be_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--real", str(tmp_path)]) == 2
    assert "holds no yichang_credit_" in capsys.readouterr().err
