{%- set mappings = [
    'market_entity', 'administrative_penalty', 'serious_dishonesty', 'honour', 'bidding_bad_behaviour',
    'bidding_participant', 'construction_integrity_points', 'administrative_licence', 'abnormal_operation',
    'judgment_debtor', 'tax_credit_grade', 'arrears', 'credit_commitment', 'industry_grade',
    'inspection_result', 'professional_title', 'self_declaration', 'industry_record', 'contract_performance',
    'bid_award', 'procurement_supplier', 'procurement_contract', 'procurement_complaint',
    'procurement_violation', 'procurement_expert', 'expert_review', 'expert_violation',
] -%}
-- The spine: every fact about a subject that a rulebook may use, all versions, under the subject it belongs to.
-- Where a link to a registered entity begins or ends while a version is current, the version is cut there; so it is
-- where a decision on credit repair reaches us or is withdrawn. Written subject by subject: a run that evaluates some
-- subjects then finds the records of each side by side.
with reported as (
    {%- for contract_id in mappings %}
    select * from {{ ref('credit_record__' ~ contract_id) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

link as (select * from {{ ref('subject_link') }}),

placed as (
    select
        reported.*, segment.subject_key, segment.known_from as segment_from, segment.known_until as segment_until
    from reported
    left join link on reported.reported_subject_key = link.reported_subject_key
    cross join lateral (
        values
        (reported.reported_subject_key, reported.known_from, least(reported.known_until, link.known_from)),
        (
            link.subject_key, greatest(reported.known_from, link.known_from),
            least(reported.known_until, link.known_until)
        ),
        (
            case when link.known_until is not null then reported.reported_subject_key end,
            greatest(reported.known_from, link.known_until), reported.known_until
        )
    ) as segment (subject_key, known_from, known_until)
    where segment.subject_key is not null and (segment.known_until is null or segment.known_until > segment.known_from)
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
order by subject_key
