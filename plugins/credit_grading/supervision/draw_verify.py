"""The outsider's check of a draw: from the exported files, in plain Python, without the warehouse and without its SQL.

Nothing but the standard library is imported, so that this one file can be handed to whoever doubts a draw.
"""

import csv
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

Rows = list[dict[str, str]]


def verify_draw(folder: Path) -> list[str]:
    """What does not agree with the rules of docs/double_random.md, the first difference of each kind; empty = agrees.

    Raises OSError or KeyError where a file or a column is missing.
    """
    return list(_differences(folder))


def _differences(folder: Path) -> Iterator[str]:
    [draw] = _read(folder, "draw")
    strata, frame, inspectors, recusals = (
        _read(folder, name) for name in ("draw_stratum", "draw_frame", "draw_inspector", "draw_recusal")
    )
    if _hash(draw["seed"]) != draw["seed_commitment"]:
        yield "种子与公布的哈希不符 the seed is not the one committed to"
    if _frame_hash(strata, frame, inspectors, recusals) != draw["frame_hash"]:
        yield "名单与公布的哈希不符 the frame is not the one committed to"
    subjects = _subjects(draw, strata, frame)
    published = [
        (row["stratum"], int(row["position"]), row["subject_key"], row["lot"]) for row in _read(folder, "drawn_subject")
    ]
    yield from _first_difference("抽取主体 drawn subjects", subjects, published)
    assigned = list(_assignments(draw, subjects, inspectors, recusals))
    kept = [
        (row["subject_key"], int(row["place"]), row["inspector_code"], row["unassigned_reason"])
        for row in _read(folder, "draw_assignment")
    ]
    yield from _first_difference("检查人员 inspectors", assigned, kept)


def _subjects(draw: dict[str, str], strata: Rows, frame: Rows) -> list[tuple[str, int, str, str]]:
    drawn = []
    for stratum in strata:
        lots = sorted(
            (_lot(draw, stratum["stratum"], row["subject_key"]), row["subject_key"])
            for row in frame
            if row["stratum"] == stratum["stratum"]
        )
        for position, (lot, subject) in enumerate(lots[: int(stratum["to_draw"])], 1):
            drawn.append((stratum["stratum"], position, subject, lot))
    return drawn


def _assignments(
    draw: dict[str, str], subjects: list[tuple[str, int, str, str]], inspectors: Rows, recusals: Rows
) -> Iterator[tuple[str, int, str, str]]:
    loads = {row["inspector_code"]: 0 for row in inspectors}
    recused = {(row["subject_key"], row["inspector_code"]) for row in recusals}
    met: set[frozenset[str]] = set()
    for _, subject in sorted((lot, key) for _, _, key, lot in subjects):
        here: list[str] = []
        for place in range(1, int(draw["inspectors_per_subject"]) + 1):
            others = [code for code in loads if code not in here]
            free = [code for code in others if (subject, code) not in recused]
            able = [code for code in free if loads[code] < int(draw["workload_limit"])]
            new = [code for code in able if not any(frozenset((code, present)) in met for present in here)]
            if new:
                chosen = min(new, key=lambda code: (loads[code], _lot(draw, subject, code), code))
                met |= {frozenset((chosen, present)) for present in here}
                loads[chosen] += 1
                here.append(chosen)
                yield subject, place, chosen, ""
            else:
                named = [(others, "too_few_inspectors"), (free, "recusal"), (able, "workload")]
                yield subject, place, "", next((reason for left, reason in named if not left), "repeat_pairing")


def _first_difference(what: str, expected: list[tuple], published: list[tuple]) -> Iterator[str]:  # type: ignore[type-arg]
    missing, surplus = sorted(set(expected) - set(published)), sorted(set(published) - set(expected))
    if len(set(published)) != len(published):
        yield f"{what}: 有重复的行 a row is published twice"
    if missing or surplus:
        yield (
            f"{what}: 重算 {len(missing)} 行未见公布，公布 {len(surplus)} 行无法重现"
            f" ({len(missing)} computed and not published, {len(surplus)} published and not computed);"
            f" 首个 first: {(missing or surplus)[0]}"
        )


def _frame_hash(strata: Rows, frame: Rows, inspectors: Rows, recusals: Rows) -> str:
    lines = [f"stratum|{row['stratum']}|{row['subjects']}|{row['to_draw']}" for row in strata]
    lines += [f"subject|{row['stratum']}|{row['subject_key']}" for row in frame]
    lines += [f"inspector|{row['inspector_code']}" for row in inspectors]
    lines += [f"recusal|{row['inspector_code']}|{row['subject_key']}|{row['ground']}" for row in recusals]
    return _hash("".join(sorted(f"{line}\n" for line in lines)))


def _lot(draw: dict[str, str], *words: str) -> str:
    return _hash("|".join((draw["seed"], draw["draw_number"], *words)))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _read(folder: Path, name: str) -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
