"""One delivery of every kind of record, as its feed would bring it, and the rows of the spine that it must become.

ROWS: contract → rows as landed. SPINE: contract → (catalogue item, subject, facet, behaviour, severity, occurred on,
effective until, points counted, amount in 元, case, repaired on, withdrawn on), in the order of item and case.
"""

from datetime import date
from decimal import Decimal

from tests.sql.landed import OTHER_CODE, VALID_CODE

PERSON = "P:0123456789abcdef0123456789abcdef"
MISTYPED = "X:0123456789abcdef0123456789abcdef"
FIRM = {"credit_code": VALID_CODE, "entity_name": "甲公司"}
EXPERT = {"person_key": PERSON, "person_name": "张**"}
DAY = date(2025, 1, 2)
LATER = date(2026, 1, 2)
MENDED = date(2025, 2, 3)


def fact(
    item: str, behaviour: str = "", *, subject: str = VALID_CODE, facet: str = "", severity: str = "",
    occurred: date = DAY, until: date | None = None, points: str | None = None, amount: str | None = None,
    case: str | None = None, repaired: date | None = None, withdrawn: date | None = None,
) -> tuple[object, ...]:  # fmt: skip
    numbers = [None if text is None else Decimal(text) for text in (points, amount)]
    return (item, subject, facet, behaviour, severity, occurred, until, *numbers, case, repaired, withdrawn)


ROWS: dict[str, list[dict[str, str | None]]] = {
    "administrative_licence": [{
        "decision_number": "渝许1号", "licensee_name": "甲公司", "licensee_credit_code": VALID_CODE,
        "licence_kind": "01", "decided_on": "2025/1/2", "valid_until": "2099/12/31", "licence_authority": "某局",
    }],
    "abnormal_operation": [FIRM | {
        "reason": "未报年报", "listed_on": "2025-01-02", "listing_authority": "某局", "removed_on": "2026-01-02",
    }],
    "judgment_debtor": [FIRM | {
        "case_number": "（2025）渝01执1号", "execution_court": "某法院", "performance": "全部未履行", "amount": "500.5",
        "published_on": "2025-01-02", "debtor_kind": "法人",
    }],
    "tax_credit_grade": [FIRM | {"evaluation_year": "2024", "level": "M级", "evaluated_on": "2025-01-02"}],
    "arrears": [FIRM | {
        "arrears_kind": "欠税", "arrears_item": "增值税", "amount": "20,000", "published_on": "2025-01-02",
        "settled_on": "2025-02-03", "establishing_authority": "某税务局",
    }],
    "credit_commitment": [FIRM | {
        "commitment_number": "诺1", "matter": "告知承诺", "accepting_authority": "某局", "made_on": "2024-12-01",
        "performance": "违诺", "verified_on": "2025-01-02", "repaired_on": "2025-02-03",
    }],
    "industry_grade": [
        FIRM | {"record_kind": "评价等级", "industry": "生态环境", "level": "绿级", "evaluating_authority": "某局",
                "evaluated_on": "2025-01-02", "document_number": "1"},
        FIRM | {"record_kind": "预警", "industry": "水利", "level": "一般", "evaluating_authority": "某局",
                "evaluated_on": "2025-01-02", "lifted_on": "2026-01-02", "document_number": "2"},
    ],
    "inspection_result": [FIRM | {
        "inspection_number": "检1", "matter": "消防", "result": "发现问题", "inspecting_authority": "某局",
        "inspected_on": "2025-01-02", "rectified_on": "2025-02-03",
    }],
    "professional_title": [
        EXPERT | {"certificate_number": "证1", "firm_credit_code": VALID_CODE, "firm_name": "甲公司", "title": "建造师",
                  "title_level": "一级", "awarding_authority": "某厅", "awarded_on": "2025-01-02"},
        EXPERT | {"certificate_number": "证2", "title": "工程师", "title_level": "正高级", "awarding_authority": "某厅",
                  "awarded_on": "2025-01-02", "valid_until": "2026-01-02"},
    ],
    "self_declaration": [
        FIRM | {"declaration_number": "申1", "declaration_kind": "社会公益", "content": "捐款", "amount": "30000",
                "declared_on": "2025-01-02"},
        FIRM | {"declaration_number": "申2", "declaration_kind": "资质证照", "content": "资质",
                "declared_on": "2025-01-02", "verification": "不属实", "verified_on": "2025-02-03"},
    ],
    "industry_record": [
        FIRM | {"catalogue_item_id": "water_static_score", "points": "41.5", "occurred_on": "2025-01-02"},
        FIRM | {"catalogue_item_id": "no_such_item", "occurred_on": "2025-01-02"},
        # an item that has a contract of its own does not come in by this door
        FIRM | {"catalogue_item_id": "serious_dishonesty", "occurred_on": "2025-01-02"},
    ],
    "contract_performance": [FIRM | {
        "contract_number": "合1", "performance": "按期履约", "performance_score": "95.5", "contract_price": "1200000",
        "assessed_on": "2025-01-02",
    }],
    "bid_award": [FIRM | {
        "section_number": "标1", "project_number": "项1", "bid_on": "2024-12-01", "bid_price": "100",
        "is_awarded": "是", "awarded_on": "2025-01-02", "award_price": "99.5",
    }],
    "procurement_supplier": [FIRM | {"registered_on": "2025-01-02", "left_on": "2025-02-03"}],
    "procurement_contract": [FIRM | {
        "contract_number": "采1", "buyer_name": "某局", "amount": "88000.5", "signed_on": "2025-01-02",
    }],
    "procurement_complaint": [
        FIRM | {"decision_number": "诉1", "outcome": "投诉成立", "deciding_authority": "某局",
                "decided_on": "2025-01-02"},
        FIRM | {"decision_number": "诉2", "outcome": "驳回", "deciding_authority": "某局", "decided_on": "2025-01-02"},
    ],
    "procurement_violation": [
        FIRM | {"circumstances": "虚假材料", "penalty_result": "禁止参加", "penalised_on": "2025-01-02",
                "document_number": "罚1", "valid_until": "2026-01-02", "enforcement_authority": "某局"},
        FIRM | {"circumstances": "迟到", "penalty_result": "警告", "penalised_on": "2025-01-02",
                "document_number": "罚2", "severity": "一般失信", "behaviour_code": "B2",
                "enforcement_authority": "某局"},
    ],
    "procurement_expert": [
        EXPERT | {"expert_number": "专1", "listed_on": "2025-01-02"},
        {"person_key": MISTYPED, "person_name": "李*", "expert_number": "专2", "listed_on": "2025-01-02"},
    ],
    "expert_review": [EXPERT | {
        "evaluation_number": "评1", "project_number": "项1", "evaluating_side": "采购人", "score": "92.5",
        "reviewed_on": "2025-01-02",
    }],
    "expert_violation": [EXPERT | {
        "record_number": "记1", "behaviour_code": "ZJ508", "behaviour": "迟到", "severity": "严重", "points": "15",
        "occurred_on": "2025-01-02", "deciding_authority": "某局", "withdrawn_on": "2025-02-03",
    }],
}  # fmt: skip

SPINE: dict[str, list[tuple[object, ...]]] = {
    "administrative_licence": [fact("administrative_licence", "ordinary", case="渝许1号")],
    "abnormal_operation": [fact("abnormal_operation", until=LATER)],
    "judgment_debtor": [fact("judgment_debtor", "not_performed", amount="500.5", case="（2025）渝01执1号")],
    "tax_credit_grade": [fact("tax_credit_grade", "M")],
    "arrears": [fact("arrears", "tax", amount="20000", repaired=MENDED)],
    "credit_commitment": [fact("credit_commitment", "broken", case="诺1", repaired=MENDED)],
    "industry_grade": [
        fact("industry_grade", "environment:绿", case="1"),
        fact("industry_warning", "water:一般", case="2", until=LATER),
    ],
    "inspection_result": [fact("inspection_result", "failed", case="检1", repaired=MENDED)],
    "professional_title": [
        fact("professional_title", "first_class", case="证1"),
        fact("professional_title", "full_senior", subject=PERSON, case="证2", until=LATER),
    ],
    "self_declaration": [
        fact("self_declaration", "public_welfare", case="申1", amount="30000"),
        fact("self_declaration", "qualification", case="申2", withdrawn=MENDED),
    ],
    "industry_record": [fact("water_static_score", points="41.5")],
    "contract_performance": [
        fact("contract_performance", "on_time", facet="合1", points="95.5", amount="1200000", case="合1")
    ],
    "bid_award": [
        fact("bid", facet="标1", occurred=date(2024, 12, 1), amount="100", case="项1"),
        fact("bid_award", facet="标1", amount="99.5", case="项1"),
    ],
    "procurement_supplier": [fact("procurement_supplier_registered", until=MENDED)],
    "procurement_contract": [fact("procurement_contract", amount="88000.5", case="采1")],
    "procurement_complaint": [fact("procurement_complaint_upheld", "upheld", case="诉1")],
    "procurement_violation": [
        fact("procurement_violation", severity="serious", case="罚1", until=LATER),
        fact("procurement_violation", "B2", severity="ordinary", case="罚2"),
    ],
    "procurement_expert": [fact("procurement_expert_registered", subject=PERSON, case="专1")],
    "expert_review": [fact("expert_review", "buyer", subject=PERSON, points="92.5", case="项1")],
    "expert_violation": [
        fact("expert_violation", "ZJ508", subject=PERSON, severity="serious", points="15", case="记1", withdrawn=MENDED)
    ],
}

OTHER_FIRM = {"credit_code": OTHER_CODE, "entity_name": "张**"}
