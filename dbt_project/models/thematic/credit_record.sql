{%- set mappings = [
    'market_entity', 'administrative_penalty', 'serious_dishonesty', 'honour', 'bidding_bad_behaviour',
    'bidding_participant', 'construction_integrity_points', 'administrative_licence', 'abnormal_operation',
    'judgment_debtor', 'tax_credit_grade', 'arrears', 'credit_commitment', 'industry_grade',
    'inspection_result', 'professional_title', 'self_declaration', 'industry_record', 'contract_performance',
    'bid_award', 'procurement_supplier', 'procurement_contract', 'procurement_complaint',
    'procurement_violation', 'procurement_expert', 'expert_review', 'expert_violation',
] -%}
-- The spine: every fact about a subject that a rulebook may use, all versions, under the subject it belongs to.
-- Where a link to another subject begins or ends while a version is current, the version is cut there; so it is
-- where a decision on credit repair reaches us or is withdrawn.
with reported as (
    {%- for contract_id in mappings %}
    select * from {{ ref('credit_record__' ~ contract_id) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

link as (select * from {{ ref('subject_link') }}),

{{ placement() }},

placed as (
    select
        reported.*,
        coalesce(placement.subject_key, reported.reported_subject_key) as subject_key,
        greatest(reported.known_from, placement.known_from) as segment_from,
        least(reported.known_until, placement.known_until) as segment_until
    from reported
    left join placement
        on
            {{ stands_at('reported', 'reported_subject_key', 'occurred_on') }}
            -- a registration is the entity's own: whoever takes its place has one too
            and reported.catalogue_item_id not in ('market_entity_registered', 'bidding_participant')
),

repair as (select * from {{ ref('record_repair') }}),

known as (
    select
        placed.*, least(placed.repaired_on, repair.repaired_on) as known_repaired_on,
        greatest(placed.segment_from, repair.known_from) as version_from,
        least(placed.segment_until, repair.known_until) as version_until
    from placed
    left join repair
        on
            placed.record_key = repair.record_key
            and coalesce(placed.segment_until, 'infinity') > repair.known_from
            and coalesce(repair.known_until, 'infinity') > placed.segment_from
)

select
    md5(concat_ws(
        '|', record_key, catalogue_item_id, batch_id, row_number, subject_key, extract(epoch from version_from)
    ))
    as record_id,
    record_key, catalogue_item_id, subject_key, reported_subject_key, facet, department_id, contract_id,
    behaviour_code, severity, occurred_on, effective_from, effective_until, points_declared, points_counted, quantity,
    amount, case_id, known_repaired_on as repaired_on, withdrawn_on, summary, version_from as known_from,
    version_until as known_until, batch_id, row_number
from known
