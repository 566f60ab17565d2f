"""What a schema cannot say about a feed's source: keys that do not go together, and secrets in the wrong place."""

import re
from collections.abc import Iterator
from typing import Any

from credit_grading.sources.location import leaves_its_base

# keys of files → kinds that understand them
KINDS_OF_KEY = {
    "encoding": ("csv", "json_lines"), "header_row": ("csv", "xlsx"), "sheet": ("xlsx",), "delimiter": ("csv",),
}  # fmt: skip
STYLES_OF_KEY = {"first": ("page_number",), "next": ("cursor", "next_link")}
SECRET = re.compile("token|secret|passw|pwd|api_?key|app_?key|access_?key|authori[sz]ation|credential", re.IGNORECASE)
Problem = tuple[list[str | int], str]


def source_problems(source: Any) -> Iterator[Problem]:
    """Problems as (path below the source, message) of a source that already satisfies the schema."""
    kind = source["kind"]
    for key, kinds in KINDS_OF_KEY.items():
        if key in source and kind not in kinds:
            yield [key], f"{key} 只用于 {'、'.join(kinds)}（{key} does not go with kind {kind}）"
    location = source.get("location", "")
    if leaves_its_base(location):
        yield ["location"], f"location“{location}”不允许包含“..”（must not leave its folder）"
    path = source.get("path", "")
    if leaves_its_base(path) or "://" in path or path.startswith("//"):
        yield ["path"], f"path“{path}”必须是连接地址之下的路径（must be a path below the connection's address）"
    yield from _parameter_problems(source)


def _parameter_problems(source: Any) -> Iterator[Problem]:
    parameters, paging = source.get("parameters") or {}, source.get("paging") or {}
    for name in parameters:
        if SECRET.search(str(name)):
            message = f"“{name}”像是密钥，应放在 Airflow 连接中（looks like a secret: it belongs into the connection）"
            yield ["parameters", name], message
    style = paging.get("style")
    for key, styles in STYLES_OF_KEY.items():
        if key in paging and style not in styles:
            yield ["paging", key], f"{key} 只用于 {'、'.join(styles)}（{key} does not go with style {style}）"
    if style == "cursor" and "next" not in paging:
        yield ["paging"], "cursor 需要 next：下一页标识在应答中的位置（cursor needs next: where the next token is）"
    for key in ("parameter", "size_parameter"):
        if paging.get(key) in parameters:
            yield ["paging", key], f"参数“{paging[key]}”已在 parameters 中（is among the parameters already）"
