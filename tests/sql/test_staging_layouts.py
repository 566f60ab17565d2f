"""The same fact in every layout that a contract accepts becomes the same staged row; units go by the heading."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from credit_grading.landing.receive import receive_feed
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql.landed import VALID_CODE, prepare_seeds, reasons_of, rows_of, stage
from tests.unit.landing_support import csv_text, department, feed, no_connection, write

OF_THE_BATCH = {"batch_id", "row_number", "row_hash", "known_from", "feed_id"}
NUMBER = "渝市监处字〔2016〕第1号"
PENALTY = [NUMBER, "甲公司", VALID_CODE]

# feed → (contract, header, rows)
FILES: dict[str, tuple[str, list[str], list[list[str]]]] = {
    "penalty_2018": (
        "administrative_penalty",
        ["CF_WSH", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_CFLB", "CF_SY", "CF_NR", "CF_JDRQ",
         "CF_CFJG", "当前状态", "案件名称", "地方编码", "数据更新时间戳"],
        [[*PENALTY, "5001", "20286320X", "罚款、没收违法所得、没收非法财物", "无证经营", "罚款2000元", "2016-05-06",
          "某局",
          "正常", "无证经营案", "500000", "2016-05-07"],
         ["二", *PENALTY[1:], "5001", "20286320X", "警告", "无证经营", "警告", "2016-05-06", "某局", "撤销",
          "无证经营案",
          "500000", "2016-05-07"]],
    ),
    "penalty_2016": (
        "administrative_penalty",
        ["CF_WSH", "CF_CFMC", "CF_CFLB1", "CF_CFLB2", "CF_SY", "CF_YJ", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_XDR_ZDM",
         "CF_XDR_GSDJ", "CF_XDR_SWDJ", "CF_XDR_SFZ", "CF_FR", "CF_JG", "CF_JDRQ", "CF_XZJG", "CF_ZT", "DFBM", "SJC",
         "BZ"],
        [[NUMBER, "无证经营案", "1", "2", "无证经营", "", "甲公司", VALID_CODE, "20286320X", "5001", "", "", "张三",
          "罚款2000元", "2016/05/06", "某局", "0", "500000", "2016/05/07", ""],
         ["二", "无证经营案", "警告", "0", "无证经营", "", "甲公司", VALID_CODE, "20286320X", "5001", "", "", "张三",
          "警告", "2016/05/06", "某局", "1", "500000", "2016/05/07", ""],
         ["三", "", "9", "", "", "", "甲公司", VALID_CODE, "", "", "", "", "", "", "2016/05/06", "某局", "7", "", "",
          ""]],
    ),
    "penalty_in_yuan": (
        "administrative_penalty",
        ["writnumber", "partyname", "统一社会信用代码", "extend_4", "punishmoney", "illegalitymoney",
         "punishdecidetime",
         "publicdeadline", "casedeptname"],
        [["元1", "甲公司", VALID_CODE, "罚款", "10000", "暂无", "2019-05-22 00:00:00", "1900-01-01 00:00:00", "某局"]],
    ),
    "penalty_in_ten_thousands": (
        "administrative_penalty",
        ["CF_WSH", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_CFLB", "CF_NR_FK", "CF_NR_WFFF", "CF_JDRQ", "CF_CFJG"],
        [["万元1", "甲公司", VALID_CODE, "罚款", "0.2", "1", "2019-05-22", "某局"],
         ["万元2", "甲公司", VALID_CODE, "罚款", "10001", "1", "2019-05-22", "某局"]],
    ),
    "licence_2018": (
        "administrative_licence",
        ["XK_WSH", "XK_XDR_MC", "XK_XDR_SHXYM", "许可项目名称", "XK_XKLB", "XK_NR", "XK_JDRQ", "XK_YXQZI", "XK_XKJG",
         "XK_ZT"],
        [["许1", "甲公司", VALID_CODE, "餐饮", "01", "许可", "2016-05-06", "2099/12/31", "某局", "1"],
         ["许2", "甲公司", VALID_CODE, "餐饮", "核准", "许可", "2016-05-06", "2026-05-06", "某局", "撤销"]],
    ),
    "licence_2016": (
        "administrative_licence",
        ["行政许可决定书文号", "项目名称", "审批类别", "许可内容", "行政相对人名称",
         "行政相对人代码_1(统一社会信用代码)", "行政相对人代码_5(居民身份证号)", "许可决定日期", "许可截止期",
         "许可机关", "当前状态"],
        [["许1", "餐饮", "0", "许可", "甲公司", VALID_CODE, "", "2016/05/06", "2099/12/31", "某局", ""],
         ["许2", "餐饮", "3", "许可", "甲公司", VALID_CODE, "", "2016/05/06", "2026/05/06", "某局", "1"]],
    ),
    "dishonesty": (
        "serious_dishonesty",
        ["主体名称", "统一社会信用代码", "名单类别", "列入原因", "处理处罚结果", "列入依据", "企业地址", "列入日期",
         "公示日期", "列入机关"],
        [["甲公司", VALID_CODE, "政府采购严重违法失信行为记录名单", "串通", "禁止", "第七十七条", "某路", "2025-01-02",
          "2025-01-03", "某财政局"]],
    ),
    "dishonesty_procurement": (
        "serious_dishonesty",
        ["序号", "企业名称", "统一社会信用代码(或组织机构代码)", "企业地址", "严重违法失信行为的具体情形", "处罚结果",
         "处罚依据",
         "处罚日期", "公布日期", "执法单位"],
        [["1", "甲公司", VALID_CODE, "某路", "串通", "禁止", "第七十七条", "2025-01-02", "2025-01-03", "某财政局"]],
    ),
    "dishonesty_tax": (
        "serious_dishonesty",
        ["纳税人识别号", "纳税人名称", "法定代表人身份证号", "法定代表人性别", "法定代表人姓名", "注册地址",
         "组织机构代码",
         "处罚依据", "主要违法事实", "案件性质", "税务处理处罚情况", "录入时间", "移出时间"],
        [[VALID_CODE, "甲公司", "11010519491231002X", "男", "张三", "某路", "", "征管法", "虚开发票", "虚开", "罚款",
          "2025-01-02", ""]],
    ),
    "dishonesty_registry": (
        "serious_dishonesty",
        ["illid", "abntime", "serillrea_cn", "decorg_cn", "remdate", "remexcpres_cn", "recorg_cn", "uniscid", "entname",
         "pripid", "名单类别"],
        [["1", "2025-01-02", "未报年报", "某局", "", "", "", VALID_CODE, "甲公司", "x", ""],
         ["2", "2025-01-03", "未报年报", "某局", "", "", "", VALID_CODE, "甲公司", "x", "失信被执行人"]],
    ),
    "water": (
        "industry_grade",
        ["company_id", "company_name", "eval_time", "rank_level", "eval_rank_number", "company_type"],
        [["8831", "甲公司", "2025-01-02", "AAA", "1", "施工单位"]],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(
    cluster: EmbeddedPostgres, prepared_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection]:
    """Every file received the way a department delivers it, and staged."""
    folder: Path = tmp_path_factory.mktemp("layouts")
    cluster.create_database("layouts", template=prepared_template)
    url = cluster.url("layouts")
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(url, autocommit=True) as connection:
        patch.setenv(VARIABLE, url)
        patch.setenv("CREDIT_GRADING_FEEDS", str(folder))
        prepare_seeds(connection)
        for name, (contract_id, header, rows) in FILES.items():
            write(folder / name, "a.csv", csv_text(rows, header))
            source = {"kind": "csv", "location": f"feeds://{name}/*.csv"}
            one = feed(id=name, contract_id=contract_id, source=source)
            receive_feed(connection, department(one), one, open_connection=no_connection)
        stage(*sorted({contract_id for contract_id, _, _ in FILES.values()}))
        yield connection


def staged(connection: psycopg.Connection, name: str) -> list[dict[str, Any]]:
    """The accepted rows of a feed, without what says where they came from."""
    with connection.cursor(row_factory=dict_row) as cursor:
        query = f"select * from staging.{FILES[name][0]} where feed_id = %s order by row_number"
        found = cursor.execute(query.encode(), (name,)).fetchall()
    return [{column: value for column, value in row.items() if column not in OF_THE_BATCH} for row in found]


def test_the_layout_of_2016_gives_the_same_penalty(world: psycopg.Connection) -> None:
    new, old = staged(world, "penalty_2018"), staged(world, "penalty_2016")
    assert len(new) == 2
    assert [row["penalty_kind"] for row in new] == ["罚款、没收违法所得、没收非法财物", "警告"]
    assert [row["record_status"] for row in new] == ["in_force", "withdrawn"]
    assert old == new
    assert "further_penalty_kind" not in old[0]


def test_a_code_that_the_layout_does_not_know_is_refused(world: psycopg.Connection) -> None:
    [(_, reasons)] = [item for item in reasons_of(world, "administrative_penalty").items() if item[0] == 3]
    assert reasons == [("unknown_value", "penalty_kind", "9"), ("unknown_value", "record_status", "7")]


def test_the_layout_of_2016_gives_the_same_licence(world: psycopg.Connection) -> None:
    new, old = staged(world, "licence_2018"), staged(world, "licence_2016")
    assert [(row["licence_kind"], row["record_status"], row["valid_until"]) for row in new] == [
        ("ordinary", "in_force", None),
        ("approval", "withdrawn", date(2026, 5, 6)),
    ]
    # in 2016 an empty status is 正常
    assert old == [new[0] | {"record_status": None}, new[1]]


def test_a_fine_is_held_in_yuan_whatever_its_heading_speaks_of(world: psycopg.Connection) -> None:
    [yuan] = staged(world, "penalty_in_yuan")
    assert (yuan["fine_amount"], yuan["confiscated_amount"], yuan["publicity_until"]) == (Decimal(10000), None, None)
    [ten_thousands] = staged(world, "penalty_in_ten_thousands")
    assert (ten_thousands["fine_amount"], ten_thousands["confiscated_amount"]) == (Decimal(2000), Decimal(10000))
    rejected = "select reasons -> 0 ->> 'code' from quarantine.rejected_row where feed_id = %s"
    assert rows_of(world, rejected, "penalty_in_ten_thousands") == [("unit_suspect",)]


def test_a_list_as_the_ministry_publishes_it_gives_the_same_row(world: psycopg.Connection) -> None:
    [general], [published] = staged(world, "dishonesty"), staged(world, "dishonesty_procurement")
    assert general["list_type"] == "government_procurement"
    assert published == general


def test_a_list_that_does_not_say_which_it_is_is_known_by_its_columns(world: psycopg.Connection) -> None:
    [tax] = staged(world, "dishonesty_tax")
    assert (tax["list_type"], tax["listing_authority"], tax["case_nature"]) == (
        "major_tax_violation",
        "税务机关",
        "虚开",
    )
    assert "legal_representative_gender" not in tax
    # a column of the file says more than its layout: an empty cell stays empty
    [registry] = staged(world, "dishonesty_registry")
    assert (registry["list_type"], registry["source_id"]) == ("judgment_defaulter", "2")
    rejected = "select row_number, reasons -> 0 ->> 'code' from quarantine.rejected_row where feed_id = %s"
    assert rows_of(world, rejected, "dishonesty_registry") == [(1, "missing_key")]
    [water] = staged(world, "water")
    assert (water["record_kind"], water["industry"], water["credit_code"]) == ("grade", "water", None)
