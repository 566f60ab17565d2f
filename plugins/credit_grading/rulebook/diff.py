"""What changed from one rulebook to another, in words and nothing else."""

from collections.abc import Iterator

from credit_grading.rulebook.document import Document
from credit_grading.rulebook.facts import facts_of
from credit_grading.rulebook.tree import all_indicators
from credit_grading.rulebook.words import Fact, Names, Subject


def differences(old: Document, new: Document, names: Names) -> list[str]:
    """One line per change, what belongs to an added thing indented below it; empty where both say the same.

    Both documents must be checked. Ids and versions are not compared.
    """
    before = {subject.key: subject for subject in facts_of(old.data, names).subjects()}
    after = {subject.key: subject for subject in facts_of(new.data, names).subjects()}
    lines: list[str] = []
    for key, subject in before.items():
        if key not in after:
            lines.append(names.say(f"取消{subject.name}", f"Removed: {subject.name}"))
    for key, subject in after.items():
        if key in before:
            lines += _changes(before[key], subject, names)
        else:
            lines.append(names.say(f"新增{subject.name}", f"Added: {subject.name}"))
            lines += [f"  {_label(fact, names)}{names.say('：', ': ')}{fact.text}" for fact in subject.facts]
    return lines + list(_moves(old, new, names))


def _changes(old: Subject, new: Subject, names: Names) -> Iterator[str]:
    before = {(fact.group, fact.part): fact for fact in old.facts}
    after = {(fact.group, fact.part): fact for fact in new.facts}
    for place in dict.fromkeys([*before, *after]):
        was, is_now = before.get(place), after.get(place)
        fact = is_now or was
        if fact is None or (was and is_now and was.text == is_now.text):
            continue
        what = names.say(f"{new.name}的{_label(fact, names)}", f"{new.name}, {_label(fact, names)}")
        if was is None:
            yield names.say(f"{what}新增：{fact.text}", f"{what} added: {fact.text}")
        elif is_now is None:
            yield names.say(f"{what}取消（原为：{fact.text}）", f"{what} removed (was: {fact.text})")
        else:
            yield names.say(
                f"{what}由“{was.text}”改为“{is_now.text}”", f'{what} changed from "{was.text}" to "{is_now.text}"'
            )


def _label(fact: Fact, names: Names) -> str:
    return names.say(f"{fact.group}的{fact.part}", f"{fact.group}, {fact.part}") if fact.part else fact.group


def _moves(old: Document, new: Document, names: Names) -> Iterator[str]:
    """Where the same grades or indicators stand in another order."""
    for what, before, after in (
        (names.say("指标", "indicators"), _order(old), _order(new)),
        (names.say("等级", "grades"), _grades(old), _grades(new)),
    ):
        both = set(before) & set(after)
        is_before, is_now = ([one for one in order if one in both] for order in (before, after))
        if is_before != is_now:
            yield names.say(
                f"{what}的次序由“{'、'.join(is_before)}”改为“{'、'.join(is_now)}”",
                f'Order of {what} changed from "{", ".join(is_before)}" to "{", ".join(is_now)}"',
            )


def _order(document: Document) -> list[str]:
    return [indicator["id"] for _, indicator in all_indicators(document.data)]


def _grades(document: Document) -> list[str]:
    return [grade["grade"] for grade in document.data["grades"]]
