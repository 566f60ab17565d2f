"""A rule sheet as Markdown or as one HTML page that prints, without anything from elsewhere."""

from pathlib import Path

from credit_grading.rulebook.sheet import Block, Heading, Sentence, Table
from credit_grading.rulebook.words import Language

PAGES = Path(__file__).parent / "pages"


def markdown(sheet: list[Block]) -> str:
    """The sheet as Markdown text."""
    return "\n\n".join(_markdown(block) for block in sheet) + "\n"


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_cell(block.text)}"
    if isinstance(block, Sentence):
        return _cell(block.text)
    width = len(block.head) or len(block.rows[0])
    rows = [block.head or ("",) * width, ("---",) * width, *(tuple(_cell(cell) for cell in row) for row in block.rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(text: str) -> str:
    # what would be markup must stay text, and a table's row must stay one line
    for mark in ("\\", "|", "*", "_", "`", "<"):
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())


def html(sheet: list[Block], language: Language) -> str:
    """The sheet as one self-contained page."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    style = (PAGES / "sheet.css").read_text(encoding="utf-8")
    kinds = {Heading: "heading", Sentence: "sentence", Table: "table"}
    return environment.get_template("sheet.html").render(
        title=next(block.text for block in sheet if isinstance(block, Heading)),
        language="zh-CN" if language == "zh" else "en",
        style=style,
        blocks=[(kinds[type(block)], block) for block in sheet],
    )
