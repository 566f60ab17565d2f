"""``credit-grading rulebook`` as it is typed: check, explain, diff."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from credit_grading import cli, paths
from credit_grading.rulebook.compile import content_hash
from credit_grading.rulebook.document import read_document
from tests.unit.rulebook_folder import COMPLETE, FIRST, LEVELS, SECOND, change, copy_to, line_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_to(tmp_path)


def test_a_right_folder_has_a_line_per_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rulebook", "check", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [COMPLETE, LEVELS, FIRST, SECOND]
    assert all("正确 right" in line for line in lines)
    assert content_hash(read_document(folder / COMPLETE))[:12] in lines[0]


def test_every_problem_is_printed_with_file_and_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, COMPLETE, ("weight: 60", "weight: 55"))
    change(folder, LEVELS, ("level: new", "level: A"), ("cycle: daily", "cycle: weekly"))
    assert cli.main(["rulebook", "check", str(folder)]) == 1
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0].startswith(f"{COMPLETE}:{line_of(folder, COMPLETE, 'indicators:')}: weights of the first level")
    assert lines[1].startswith(f"{LEVELS}:{line_of(folder, LEVELS, 'cycle')}: cycle: must be one of daily")
    assert len(lines) == 2
    assert "2 处错误 faults; 4 个文件 files" in printed.err


def test_a_single_file_is_checked_among_its_neighbours(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, LEVELS, ("cycle: daily\n", ""))
    change(folder, COMPLETE, ("rulebook: per_section", "rulebook: section"))
    assert cli.main(["rulebook", "check", str(folder / COMPLETE)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert "there is no rulebook 'section'" in line
    assert cli.main(["rulebook", "check", str(folder / SECOND)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize(
    ("place", "message"),
    [("nowhere", "there is no such file or folder"), ("empty", "there is no rulebook (*.yml)"), ("a.txt", "in .yml")],
)
def test_a_place_without_rulebooks_is_named(
    folder: Path, place: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty").mkdir()
    (folder / "a.txt").write_text("", encoding="utf-8")
    assert cli.main(["rulebook", "check", str(folder / place)]) == 1
    assert message in capsys.readouterr().err


def test_without_a_place_all_rulebooks_are_checked_published_ones_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rulebook", "check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    files = [*paths.rulebooks().glob("*.yml"), *(paths.rulebooks() / "published").glob("*.yml")]
    assert {line.split(": ")[0] for line in lines} == {str(file.relative_to(paths.home())) for file in files}


def test_a_published_rulebook_may_read_a_score_of_the_citys_rulebooks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "published").mkdir()
    (folder / COMPLETE).rename(folder / "published" / COMPLETE)
    (folder / "schema.json").write_bytes((paths.rulebooks() / "schema.json").read_bytes())
    monkeypatch.setattr(paths, "rulebooks", lambda: folder)
    assert cli.main(["rulebook", "check"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    (folder / LEVELS).unlink()
    assert cli.main(["rulebook", "check"]) == 1
    assert "there is no rulebook 'levels'" in capsys.readouterr().out


def test_the_sheet_in_markdown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rulebook", "explain", str(folder / COMPLETE)]) == 0
    sheet = capsys.readouterr().out
    headings = [line for line in sheet.splitlines() if line.startswith(("# ", "## "))]
    assert headings == [
        "# 完整示例 规则表", "## 1. 依据", "## 2. 指标", "## 3. 等级限制", "## 4. 等级", "## 5. 监管措施",
        "## 6. 应用场景", "## 7. 本项目假设", "## 8. 签署",
    ]  # fmt: skip
    assert f"| 内容指纹 | {content_hash(read_document(folder / COMPLETE))} |" in sheet
    assert "| 1.2 | 不良行为记分 | 30% | 18% |" in sheet
    assert "| B | 良好 | 70 ≤ 得分 \\< 90 | — | C |" in sheet
    assert "| 批准 |  |  |  |" in sheet


def test_the_sheet_in_english(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rulebook", "explain", str(folder / LEVELS), "--language", "en"]) == 0
    sheet = capsys.readouterr().out
    assert "| M | 新设立 | new | none | none |" in sheet
    assert "the level in the newest record of 'Administrative penalty' decides" in sheet
    headings = re.findall(r"^## \d\. (.*)$", sheet, flags=re.MULTILINE)
    assert headings == ["Legal basis", "Grades", "Measures", "Signatures"]


class Page(HTMLParser):
    """Texts of a page, and whatever it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_sheet_as_a_page_that_needs_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, COMPLETE, ("note: 评价的依据", "note: <b>评价</b>"))
    assert cli.main(["rulebook", "explain", str(folder / COMPLETE), "--output", str(folder / "sheet.html")]) == 0
    assert "已写入 written" in capsys.readouterr().out
    text = (folder / "sheet.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.fetched == []
    assert not {"script", "link", "img", "b"} & page.tags
    assert "url(" not in text
    assert "<b>评价</b>" in page.texts
    assert {"完整示例　规则表", "封顶：最高定为B", "签字"} <= set(page.texts)
    assert cli.main(["rulebook", "explain", str(folder / COMPLETE), "--output", str(folder / "sheet.md")]) == 0
    capsys.readouterr()
    assert cli.main(["rulebook", "explain", str(folder / COMPLETE)]) == 0
    assert (folder / "sheet.md").read_text(encoding="utf-8") == capsys.readouterr().out


def test_a_rulebook_is_found_by_id_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rulebook", "explain", "construction_integrity@1"]) == 0
    assert "# 建筑市场诚信评价（第一版） 规则表" in capsys.readouterr().out
    assert cli.main(["rulebook", "explain", "construction_integrity@99"]) == 1
    message = capsys.readouterr().err
    assert "there is no such rulebook; there are: " in message
    assert "construction_integrity@2" in message


def test_a_wrong_rulebook_is_not_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, COMPLETE, ("weight: 60", "weight: 55"))
    assert cli.main(["rulebook", "explain", str(folder / COMPLETE)]) == 1
    printed = capsys.readouterr()
    assert "sum to 95, must be 100" in printed.err
    assert printed.out == ""
    assert cli.main(["rulebook", "explain", str(folder / FIRST), "--output", "sheet.pdf"]) == 1
    assert "is written as .html or .md, not sheet.pdf" in capsys.readouterr().err


def test_what_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rulebook", "diff", "construction_integrity@1", "construction_integrity@2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "新增等级「AAA」" in lines
    assert any(line.startswith("等级「AA」的得分由“得分 > 130”改为“120 ≤ 得分 < 150”") for line in lines)
    assert not any("base_points" in line or "基础分" in line for line in lines)
    old, new = str(folder / FIRST), str(folder / SECOND)
    assert cli.main(["rulebook", "diff", old, new, "--language", "en"]) == 0
    assert "Removed: Indicator 'Smallest quantity'" in capsys.readouterr().out.splitlines()
    assert cli.main(["rulebook", "diff", old, old]) == 0
    assert capsys.readouterr().out == "没有变化\n"
