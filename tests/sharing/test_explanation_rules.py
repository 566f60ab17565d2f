"""What the rules can say of a grade is told in Chinese: statuses, fading points, lasting limits, levels, changes."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.explain import explain
from credit_grading.publication.publish import publish
from tests.sharing.releases import Grade, set_candidates, verified_run

JUNE = date(2025, 6, 1)
STATUSES = {
    "hit": "有记录",
    "exempt": "豁免",
    "not_applicable": "不适用",
    "missing": "缺失",
    "stale": "过期",
    "clean": "无记录",
}

# one subject per status, in the order of STATUSES; then limits and changes of S1, and a rulebook of levels
RULES = """
update candidate.contribution set status = (array['hit', 'exempt', 'not_applicable', 'missing', 'stale', 'clean'])
    [substr(subject_key, 2)::integer];
update candidate.contribution set records = jsonb_set(records, '{0,role}', '"exempts"') where status = 'exempt';
update candidate.contribution set records = jsonb_set(records, '{0,points_full}', '0.4') where status = 'hit';
update candidate.grade set grade_status = 'condition' where subject_key = 'S3';
update candidate.grade set grade_status = 'insufficient_data', grade = null, city_grade = null where subject_key = 'S4';
update candidate.rulebook set minimum_known_percent = 60;
insert into candidate.limit_hit select rulebook_id, subject_key, facet, 'dishonest', '2025-09-01', records
from candidate.contribution where subject_key = 'S1';
insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, record, score, grade)
select rulebook_id, subject_key, facet, 'up', 'record_ends', records -> 0, 79.5, 'B'
from candidate.contribution where subject_key = 'S1';
insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, catalogue_item_id,
    behaviour_code, severity, item_title_zh, score, grade)
values ('public_credit', 'S1', '', 'down', 'record_added', 'administrative_penalty', '', 'serious', '行政处罚',
    55, 'D');
insert into candidate.indicator
select rulebook_id, 'upstream', rulebook_version, 3, '投标', '投标', 'upstream', 0, false, null, 0, 'missing', 0, '分',
    'bidding_participant', null from candidate.rulebook where rulebook_id = 'public_credit';
insert into candidate.single_change
    (rulebook_id, subject_key, facet, direction, kind, indicator_id, source_rise, score, grade)
values ('public_credit', 'S1', '', 'up', 'upstream_score', 'upstream', 2.5, 80, 'A');
insert into candidate.rulebook
select 'tax_credit', '2025', 'crosswalk', '纳税信用', 'Tax credit', '市税务局', legal_basis, in_force_from, null, null,
    null, null, null, rule_text from candidate.rulebook where rulebook_id = 'public_credit';
insert into candidate.grade_band (rulebook_id, rank, rulebook_version, grade, title_zh, city_grade, lower_included,
    upper_included, level) values ('tax_credit', 1, '2025', 'M', '新设立', null, false, false, 'M级');
insert into candidate.grade
select 'tax_credit', 'T' || n, '', '企业', null, '2025', '2025-06-01', null, case n when 1 then 'M' end, null,
    (array['crosswalk', 'no_grade', 'insufficient_data'])[n], null, null, null from generate_series(1, 3) as n;
insert into candidate.crosswalk_level
select 'tax_credit', 'T' || n, '', (array['M级', '未评'])[n], records
from generate_series(1, 2) as n, candidate.contribution where contribution.subject_key = 'S1';
"""


@pytest.fixture
def released(warehouse: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    grades = [Grade("public_credit", f"S{n}", Decimal("79.5"), "B") for n in range(1, len(STATUSES) + 1)]
    set_candidates(warehouse, JUNE, grades)
    warehouse.execute(RULES)
    publish(warehouse, verified_run(warehouse, JUNE))
    return warehouse


def test_every_status_has_its_word(released: psycopg.Connection[Any]) -> None:
    for number, word in enumerate(STATUSES.values(), 1):
        (line,) = [one for one in lines(released, f"S{number}") if one.startswith("守法 / 行政处罚")]
        assert line.split()[3] == word


def test_fading_exemption_and_lasting_limits_are_told(released: psycopg.Connection[Any]) -> None:
    text = "\n".join(lines(released, "S1"))
    assert "　0.1 分（衰减或修复返还前 0.4 分）　S1 的行政处罚" in text
    assert "列入严重失信主体名单 → 直接定为 D（至 2025-09-01 止，当日起不再起作用）（未起决定作用）" in text
    # an exemption does not count with points
    exempt = "\n".join(lines(released, "S2"))
    assert "    · 豁免依据：2025-03-01，至 2026-03-01 止（当日起不计）　S2 的行政处罚" in exempt


def test_changes_are_told_with_what_they_would_give(released: psycopg.Connection[Any]) -> None:
    told = lines(released, "S1")
    start = told.index("最小单项变化：下列记录不再计入（修复、撤销或到期）时，得分为 79.5，等级升为 B")
    assert told[start + 1] == "    · 2025-03-01　S1 的行政处罚　[market_regulation，第 7 批第 9 行]"
    assert told[start + 2 : start + 4] == [
        "最小单项变化：投标人信用评价的得分提高 2.5 分时，得分为 80，等级升为 A",
        "最小单项变化：新增一条行政处罚记录（严重程度 serious）时，得分为 55，等级降为 D",
    ]


def test_what_decided_is_told(released: psycopg.Connection[Any]) -> None:
    assert "等级：B（良），全市统一等级 B，更好等级的条件未满足" in lines(released, "S3")
    assert "等级：不评级（数据不足：已知指标的权重须达到 60%）" in lines(released, "S4")


def test_an_indicator_for_conditions_alone_has_no_part_in_the_sum(released: psycopg.Connection[Any]) -> None:
    (line,) = [one for one in lines(released, "S1") if one.startswith("投标 ")]
    assert line.split() == ["投标", "缺失", "0", "不计分"]


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("T1", ["外部等级：M级", "得分：无对应分数", "等级：M（新设立），不对应全市统一等级，按外部等级定级"]),
        ("T2", ["外部等级：未评", "得分：无对应分数", "等级：不评级（对照表没有该外部等级）"]),
        ("T3", ["外部等级：无记录", "得分：无对应分数", "等级：不评级（数据不足，不评级）"]),
    ],
)
def test_a_grade_made_elsewhere_shows_its_level(
    released: psycopg.Connection[Any], subject: str, told: list[str]
) -> None:
    text = explain(released, "tax_credit", subject).splitlines()
    assert [line for line in text if line in told] == told
    assert ("S1 的行政处罚" in "\n".join(text)) == (subject != "T3")
    assert "合计" not in "\n".join(text)


def lines(connection: psycopg.Connection[Any], subject: str) -> list[str]:
    return explain(connection, "public_credit", subject).splitlines()
