"""Chinese wording of how old the data behind a grade is: rows of sharing.rulebook_data_age in, lines of text out."""

from collections.abc import Sequence

from credit_grading.publication.wording import Row

STATE = {
    "received": "本期已收到",
    "not_yet_due": "未到报送日",
    "due": "今日为报送日",
    "not_yet_published": "本期尚未报送，在宽限期内",
    "late": "逾期未报送",
}


def data_age(feeds: Sequence[Row]) -> list[str]:
    """How many feeds stand behind the grade, the oldest, and every one whose older data was carried over."""
    if not feeds:
        return []
    known = [feed["age_days"] for feed in feeds if feed["age_days"] is not None]
    oldest = f"，最旧的 {max(known)} 天未更新" if known else ""
    carried = [feed for feed in feeds if feed["is_carried_over"]]
    summary = f"其中 {len(carried)} 个沿用旧数据：" if carried else "没有沿用旧数据"
    return [f"数据时效：依据 {len(feeds)} 个数据源{oldest}；{summary}", *(_carried(feed) for feed in carried)]


def _carried(feed: Row) -> str:
    age = "从未收到" if feed["age_days"] is None else f"{feed['age_days']} 天前收到"
    state = f"，{STATE[feed['feed_state']]}（报送日 {feed['due_on']}）" if feed["feed_state"] else ""
    outcome = f"，最近一次接收：{feed['last_outcome']}" if feed["last_outcome"] else ""
    return f"    · {feed['title_zh']}：{age}{state}{outcome}"
