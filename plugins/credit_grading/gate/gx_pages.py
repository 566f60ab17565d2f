"""Great Expectations' own validation pages, freed of everything that wants the internet, with Chinese labels.

The stock page loads some fifteen scripts and style sheets from content networks and is unreadable without them.
Here GX renders the page, and only its content is taken over into a page of ours.
"""

import json
import re
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from credit_grading.gate.context import results_folder
from credit_grading.gate.no_rows import no_rows_expectation

# Labels of the stock page. A label of a newer GX that is missing here stays English, which is readable.
LABELS = {
    "Overview": "概况",
    "Expectation Suite:": "检验组：",
    "Status:": "结论：",
    "Status": "状态",
    "Statistics": "统计",
    "Evaluated Expectations": "检验项数",
    "Successful Expectations": "通过项数",
    "Unsuccessful Expectations": "未通过项数",
    "Success Percent": "通过率",
    "Info": "说明",
    "Great Expectations Version": "Great Expectations 版本",
    "Run Name": "检验编号",
    "Run Time": "检验时间（UTC）",
    "Batch Markers": "数据批次标记",
    "Batch Spec": "数据范围",
    "Expectation": "检验",
    "Observed Value": "实测",
    "Table-Level Expectations": "整表检验",
    "Sampled Unexpected Values": "不符的值（样本）",
    "Unexpected Value": "不符的值",
    "Count": "数量",
    "Failed": "未通过",
    "Succeeded": "通过",
}
FOUND = re.compile(r"(\d+) unexpected values? found\. ([^ ]+%) of (\d+) total rows\.")
ICONS = {"fa-check-circle": "✔", "fa-check": "✔", "fa-times": "✘", "fa-exclamation-triangle": "⚠"}

Frame = Callable[[str, str, str], str]


def evidence_pages(folder: Path, verdict_id: int) -> dict[str, str]:
    """The GX page of each suite of a verdict, relative to the site's root."""
    pages = sorted((folder / f"verdict-{verdict_id}").glob("*.html"))
    return {page.stem: f"gx/verdict-{verdict_id}/{page.name}" for page in pages}


def write_evidence_pages(folder: Path, verdict_ids: set[int], frame: Frame) -> int:
    """Render the stored validation results of these verdicts that have no page yet, drop pages of all others.

    `frame` makes a whole page from title, content and the way back to the site's root. Returns the pages written.
    """
    for old in folder.glob("verdict-*"):
        if int(old.name.removeprefix("verdict-")) not in verdict_ids:
            shutil.rmtree(old, ignore_errors=True)
    written = 0
    for (name, suite), result in _newest_results().items():
        page = folder / name / f"{suite}.html"
        is_fresh = page.exists() and page.stat().st_mtime >= result.stat().st_mtime
        if is_fresh or int(name.removeprefix("verdict-")) not in verdict_ids:
            continue
        page.parent.mkdir(parents=True, exist_ok=True)
        content = localised(_rendered(json.loads(result.read_text(encoding="utf-8"))))
        page.write_text(frame(f"{suite} · {name}", content, "../../"), encoding="utf-8")
        written += 1
    return written


def _newest_results() -> dict[tuple[str, str], Path]:
    """The stored result of each verdict and suite; the newest where a state folder outlived its database."""
    found = sorted(results_folder().rglob("verdict-*/*/*.json"), key=lambda file: file.parent.name)
    return {(file.parents[1].name, file.stem.split("-", 1)[-1]): file for file in found}


def _rendered(stored: dict[str, Any]) -> str:
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    no_rows_expectation()  # known to GX once it is made
    # GX writes keys and samples into its tables as they are, and a key may be the name that a feed gave a firm
    results = [one | {"result": _escaped(one.get("result"))} for one in stored["results"]]
    result = expectationSuiteValidationResultSchema.load(stored | {"results": results})
    return str(DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(result)))


def _escaped(found: Any) -> Any:
    if isinstance(found, str):
        return escape(found, quote=False)
    if isinstance(found, dict):
        return {_escaped(name): _escaped(value) for name, value in found.items()}
    return [_escaped(value) for value in found] if isinstance(found, list) else found


def localised(page: str) -> str:
    """The content of a stock page: no script, no style sheet, no picture, no link but to its own sections."""
    start = page.find('<div id="section-1"')
    content = page[max(start, 0) : page.rfind("</body>")]
    content = re.sub(r"<(script|style)\b.*?</\1>", "", content, flags=re.DOTALL)
    content = re.sub(r"<(link|img|meta)\b[^>]*>", "", content)
    content = re.sub(r"<footer\b.*?</footer>", "", content, flags=re.DOTALL)
    content = re.sub(r"""<a\b[^>]*\bhref=["'](?!#)[^"']*["'][^>]*>(.*?)</a>""", r"\1", content, flags=re.DOTALL)
    content = re.sub(r"""<a\b[^>]*data-toggle=["']collapse["'][^>]*>.*?</a>""", "", content, flags=re.DOTALL)
    content = re.sub(r"""\son[a-z]+=(["']).*?\1""", "", content)
    for icon, sign in ICONS.items():
        content = re.sub(rf"<i\b[^>]*\b{icon}\b[^>]*></i>", f'<b class="sign">{sign}</b>', content)
    content = content.replace("<br> Data asset: ", "<br> 数据表：")
    for label, title in LABELS.items():
        content = re.sub(rf"(>\s*){re.escape(escape(label, quote=False))}(\s*<)", rf"\g<1>{title}\g<2>", content)
    return FOUND.sub(r"\3 行中发现 \1 行不符（\2）。", content)
