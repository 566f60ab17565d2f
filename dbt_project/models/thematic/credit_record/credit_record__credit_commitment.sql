with record as (select * from {{ ref('public_credit__credit_commitment') }}),

dated as (
    select
        *,
        -- a commitment is made on one day, and found kept or broken on another
        case when performance = 'pending' then made_on else coalesce(verified_on, made_on) end as established_on
    from record
)

select
    'credit_commitment' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'credit_commitment' as contract_id, performance as behaviour_code, '' as severity,
    established_on as occurred_on, established_on as effective_from, valid_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, commitment_number as case_id, repaired_on, withdrawn_on,
    concat('信用承诺:', accepting_authority, ',', matter) as summary,
    known_from, known_until, batch_id, row_number
from dated
