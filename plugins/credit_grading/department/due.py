"""A feed's due days in words."""

from credit_grading.department.model import Feed

WEEKDAYS = {
    "monday": "一", "tuesday": "二", "wednesday": "三", "thursday": "四", "friday": "五", "saturday": "六",
    "sunday": "日",
}  # fmt: skip


def when_due(feed: Feed) -> str:
    """When the feed must have come and how long it may be silent, in Chinese and English."""
    rule = feed.due
    if rule is None:
        return f"宽限 {feed.grace_days} 天（{feed.grace_days} days of grace）"
    months = rule.get("months")
    of_zh = f"{'、'.join(map(str, months))} 月" if months else "每月"
    of_en = f"of months {', '.join(map(str, months))}" if months else "of every month"
    if "every" in rule:
        zh, en = "每个工作日", "every working day"
    elif "weekday" in rule:
        zh, en = f"每周{WEEKDAYS[rule['weekday']]}", f"every {rule['weekday'].capitalize()}"
    elif "day_of_month" in rule:
        zh, en = f"{of_zh} {rule['day_of_month']} 日", f"day {rule['day_of_month']} {of_en}"
    else:
        zh = f"{of_zh}第 {rule['working_day_of_month']} 个工作日"
        en = f"working day {rule['working_day_of_month']} {of_en}"
    grace = rule.get("grace_working_days", 0)
    return f"{zh}，宽限 {grace} 个工作日（{en}, {grace} working days of grace）"
