"""A published grade explains itself: lines that add up, in Chinese, aligned, and only to those who may see it."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.explain import NotPublished, explain
from credit_grading.publication.publish import publish
from credit_grading.publication.wording import align, number, width
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import Grade, departments, set_candidates, verified_run

JUNE = date(2025, 6, 1)

EXPECTED = """\
公共信用评价（public_credit，版本 2025-01，2025-01-01 起施行）
制定机关：市发展改革委　依据：示例管理办法 第五条
主体：企业S1（S1）

指标             状态    原始值  指标值  系数   得分
起评分                                            60
守法 / 行政处罚  有记录    1 分   -80.6  ×0.5  -40.3
    依据：示例管理办法第八条
    · 2025-03-01，至 2026-03-01 止（当日起不计）　0.1 分　S1 的行政处罚　[market_regulation，第 7 批第 9 行]
守法 / 荣誉      无记录              20  ×0.5    +10
    依据：示例管理办法第八条
合计                                            29.7
得分                                            29.7

等级限制：列入严重失信主体名单 → 直接定为 D　依据：示例条例第三条
    · 2025-02-01，长期有效　列入名单　[development_and_reform，第 3 批第 1 行]
等级：D（差），全市统一等级 D，直接定级
没有新记录时，最早变化日期：2026-03-01

监管措施：
  1. 列为重点检查对象（抽查比例 100%，每年检查 12 次）

应用场景：
  公共资源交易：
    1. 评标减2分（-2 分，依据：示例条例第九条）

数据时效：依据 1 个数据源，最旧的 2 天未更新；其中 1 个沿用旧数据：
    · 市财政局·荣誉：2 天前收到，最近一次接收：missing_file
发布：第 1 次发布，评价基准日 2025-06-01；本行最近一次变化于第 1 次发布（2025-06-01）
检验 publication_suite：2 项，通过 1，警告 1，不适用 0
检验 staging_suite：2 项，通过 1，警告 1，不适用 0"""


@pytest.fixture
def released(warehouse: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    set_candidates(
        warehouse,
        JUNE,
        [
            Grade("public_credit", "S1", Decimal("29.7"), "D"),
            Grade("public_credit", "S2", Decimal("75.25"), "B"),
            Grade("public_credit", "S3", Decimal(130)),
            Grade("public_credit", "S4", Decimal(-20), "D"),
        ],
    )
    warehouse.execute(
        """
        update candidate.grade set grade_status = 'veto', limit_id = 'dishonest', next_change_on = '2026-03-01'
        where subject_key = 'S1';
        insert into candidate.limit_hit
        select 'public_credit', subject_key, '', 'dishonest', null,
            '[{"occurred_on": "2025-02-01", "summary": "列入名单", "department_id": "development_and_reform",
            "batch_id": 3, "row_number": 1, "effective_until": null}]'
        from unnest(array['S1', 'S4']) as subject_key;
        update candidate.grade set gap_to_next_band = 4.75 where subject_key = 'S2';
        -- the rulebook clamps to 0–100
        update candidate.grade set score = least(greatest(score, 0), 100)
        """
    )
    publish(warehouse, verified_run(warehouse, JUNE))
    return warehouse


def test_a_grade_is_explained_line_by_line(released: psycopg.Connection[Any]) -> None:
    assert explain(released, "public_credit", "S1").splitlines() == EXPECTED.splitlines()


def test_the_gap_to_the_next_band_is_named(released: psycopg.Connection[Any]) -> None:
    assert "距上一等级 A 还差：4.75 分" in explain(released, "public_credit", "S2")


def test_a_condition_of_the_next_grade_is_named_where_it_is_not_fulfilled(released: psycopg.Connection[Any]) -> None:
    assert "等级 A 的条件未满足：荣誉 至少 1 分，现为 0 分" in explain(released, "public_credit", "S2")
    # two grades away
    assert "条件未满足" not in explain(released, "public_credit", "S4")


@pytest.mark.parametrize(
    ("subject", "total", "clamp", "score"),
    [("S3", "130", "最高分封顶（0～100）", "-30"), ("S4", "-20", "最低分保底（0～100）", "+20")],
)
def test_a_clamp_is_a_line_of_its_own(
    released: psycopg.Connection[Any], subject: str, total: str, clamp: str, score: str
) -> None:
    lines = [line.split() for line in explain(released, "public_credit", subject).splitlines()]
    assert ["合计", total] in lines
    assert [clamp, score] in lines
    assert ["得分", str(int(total) + int(score))] in lines


def test_a_limit_that_does_not_decide_is_still_shown(released: psycopg.Connection[Any]) -> None:
    assert "列入严重失信主体名单 → 直接定为 D（未起决定作用）" in explain(released, "public_credit", "S4")


def test_the_view_adds_up_for_every_subject(released: psycopg.Connection[Any]) -> None:
    sums = released.execute(
        "select grade.subject_key, grade.score, sum(line.contribution), count(*)"
        " from sharing.grade inner join sharing.grade_explained as line using (rulebook_id, subject_key, facet)"
        " group by grade.subject_key, grade.score order by 1"
    ).fetchall()
    assert [(subject, score) for subject, score, _, _ in sums] == [
        ("S1", Decimal("29.7")), ("S2", Decimal("75.25")), ("S3", Decimal(100)), ("S4", Decimal(0)),
    ]  # fmt: skip
    assert all(score == total for _, score, total, _ in sums)
    # start, two indicators; a limit for S1; a clamp for S3; both for S4
    assert [lines for *_, lines in sums] == [4, 3, 4, 5]


def test_what_may_not_be_seen_is_not_explained(released: psycopg.Connection[Any]) -> None:
    sync_roles(released, departments())
    names = {"host": released.info.host, "port": released.info.port, "dbname": released.info.dbname}
    try:
        with psycopg.connect(**names, user="department_market_regulation") as entitled:
            assert explain(entitled, "public_credit", "S1").splitlines() == EXPECTED.splitlines()
        with (
            psycopg.connect(**names, user="department_finance") as other,
            pytest.raises(NotPublished, match="无权查看"),
        ):
            explain(other, "public_credit", "S1")
    finally:
        for department in departments():
            released.execute(f"drop owned by department_{department.id}; drop role department_{department.id}")


def test_an_unknown_subject_is_named(released: psycopg.Connection[Any]) -> None:
    with pytest.raises(NotPublished, match="public_credit · nobody"):
        explain(released, "public_credit", "nobody")


def test_numbers_are_exact_and_plain() -> None:
    assert [number(Decimal(text)) for text in ("1E+3", "0.10", "-0", "100", "0.000000001", "12.3400")] == [
        "1000", "0.1", "-0", "100", "0.000000001", "12.34",
    ]  # fmt: skip
    assert number(None) == ""


def test_columns_are_aligned_for_chinese() -> None:
    lines = align([("指标", "状态", "1"), ("a", "有记录", "10.5"), "note", ("处罚次数", "b", "-3")])
    assert lines[2] == "note"
    assert {width(line) for line in lines if line != "note"} == {8 + 2 + 6 + 2 + 4}
