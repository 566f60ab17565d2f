"""The page of a trial: whole in one file, in both languages, and safe whatever a draft says."""

import re
from html.parser import HTMLParser

import pytest

from credit_grading import cli
from credit_grading.what_if.page import NoSuchTrial, read_trial
from tests.sql.conftest import Shown

# the parts of a page that make a browser ask for something
ASKING = {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}


class Elements(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture
def page(shown: Shown) -> str:
    return shown.page.read_text(encoding="utf-8")


def test_the_command_tells_the_outcome(shown: Shown) -> None:
    assert "public_credit 2026-01 → 2026-99" in shown.told
    assert re.search(r"flips under ±5% noise: 现行 current \d+\.\d\d%, 草案 draft 0\.00%", shown.told)
    assert str(shown.page) in shown.told


def test_the_page_is_one_file_in_both_languages(page: str) -> None:
    words = " ".join(" ".join(Elements(page).text).split())
    assert re.search(r"规则试算 (\d+) What-if trial \1 ", words)
    for chinese, english in (
        ("一览", "Summary"), ("等级迁移", "Migration"),
        ("各等级主体数", "Subjects per grade"), ("得分分布", "Scores"), ("权重敏感性", "Sensitivity to weights"),
        ("分数线附近的拥挤程度", "Crowding at the cut-offs"), ("变动主体及原因", "Who moves, and why"),
        ("稳定性指数", "stability (PSI)"),
    ):  # fmt: skip
        assert f"{chinese} {english}" in words
    elements = Elements(page).found
    assert [tag for tag, _ in elements if tag in ("script", "link", "iframe", "img", "object")] == []
    asked = {name: value for _, attributes in elements for name, value in attributes.items() if name in ASKING}
    assert all(str(value).startswith("#") for value in asked.values()), asked
    assert "url(" not in page
    assert "@import" not in page
    assert sum(tag == "svg" for tag, _ in elements) >= 5


def test_what_a_draft_says_is_text_and_nothing_else(page: str) -> None:
    text = " ".join(Elements(page).text)
    assert "<script>alert(1)</script>" in text
    assert '"><img src=x onerror=alert(2)>' in text
    names = {name for _, attributes in Elements(page).found for name in attributes}
    assert not [name for name in names if name.startswith("on")]


def test_the_page_shows_the_numbers_of_the_tables(shown: Shown, page: str) -> None:
    trial = read_trial(shown.connection, shown.trial_id)
    matrix = page.split('class="matrix"', 1)[1].split("</table>", 1)[0]
    cells = [int(number.replace(",", "")) for number in re.findall(r"<td[^>]*>([\d,]+)<span", matrix)]
    [book] = [one for one in trial["rulebooks"] if one["rulebook_id"] == "public_credit"]
    assert sorted(cells) == sorted(row["subjects"] for row in book["matrix"])
    assert sum(cells) == 60
    for mover in book["movers"]:
        assert mover["subject_key"] in page


def test_what_cannot_be_tried_or_shown_is_said(shown: Shown, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoSuchTrial, match="no trial 999"):
        read_trial(shown.connection, 999)
    for noise in ("much", "nan"):
        with pytest.raises(SystemExit):
            cli.main(["what-if", str(shown.draft), "--noise-percent", noise])
        assert f"'{noise}' is not a number" in capsys.readouterr().err
