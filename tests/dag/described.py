"""The departments that the project describes, and which of their feeds are live: stated here a second time."""

# the departments that are live: owner, roll-out batch, live feeds, feeds that are still planned
DEPARTMENTS = {
    "development_and_reform": (
        "development-and-reform-credit",
        "improve",
        ["bidding_bad_behaviour", "serious_dishonesty_list"],
        [
            "credit_commitments",
            "self_declarations",
            "administrative_penalties",
            "administrative_licences",
            "credit_repair_decisions",
            "objections",
            "review_answers",
        ],
    ),
    "finance": (
        "finance-data",
        "breakthrough",
        ["honours"],
        [
            "procurement_suppliers",
            "procurement_contracts",
            "procurement_complaints",
            "procurement_violations",
            "procurement_experts",
            "expert_reviews",
            "expert_violations",
            "review_answers",
        ],
    ),
    "housing_and_urban_rural_construction": (
        "housing-construction-credit",
        "breakthrough",
        ["construction_integrity_points"],
        [
            "administrative_licences",
            "administrative_penalties",
            "contract_performance",
            "registered_practitioners",
            "housing_fund_arrears",
            "review_answers",
        ],
    ),
    "market_regulation": (
        "market-regulation-data",
        "improve",
        ["market_entity_registry", "administrative_penalties"],
        [
            "administrative_licences",
            "abnormal_operation_list",
            "serious_violation_list",
            "inspection_results",
            "firm_risk_classes",
            "entity_successions",
            "inspectors",
        ],
    ),
}
# those that are described and not switched on: roll-out batch and number of feeds
PLANNED = {
    "agriculture_and_rural_affairs": ("breakthrough", 4),
    "civil_affairs": ("deploy", 4),
    "commerce": ("breakthrough", 4),
    "culture_and_tourism": ("breakthrough", 4),
    "customs": ("improve", 2),
    "ecology_and_environment": ("improve", 6),
    "economy_and_information_technology": ("breakthrough", 4),
    "education": ("deploy", 3),
    "emergency_management": ("breakthrough", 6),
    "financial_administration": ("deploy", 3),
    "health": ("breakthrough", 4),
    "healthcare_security": ("breakthrough", 4),
    "human_resources_and_social_security": ("improve", 7),
    "justice": ("deploy", 3),
    "medical_products": ("breakthrough", 4),
    "people_court": ("improve", 1),
    "planning_and_natural_resources": ("breakthrough", 5),
    "public_resource_trading_centre": ("breakthrough", 4),
    "public_security": ("deploy", 2),
    "science_and_technology": ("deploy", 3),
    "state_owned_assets_supervision": ("deploy", 1),
    "statistics": ("deploy", 2),
    "taxation": ("improve", 6),
    "transport": ("improve", 6),
    "urban_management": ("breakthrough", 4),
    "water_resources": ("improve", 5),
}
INGEST = {f"ingest_{department}" for department in (*DEPARTMENTS, *PLANNED)}
# planned feeds of live departments
TRY = {f"try_{department}" for department in DEPARTMENTS}
