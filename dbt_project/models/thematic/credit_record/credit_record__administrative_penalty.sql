with penalty as (select * from {{ ref('public_credit__administrative_penalty') }})

select
    'administrative_penalty' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'administrative_penalty' as contract_id, '' as behaviour_code, severity,
    decided_on as occurred_on, decided_on as effective_from,
    -- publicity ends on its deadline; without one the record stays until a rulebook's own validity ends it
    publicity_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    fine_amount as amount, decision_number as case_id, repaired_on, withdrawn_on,
    concat(
        '行政处罚:', penalty_authority, ',', decision_number, ',', penalty_kind,
        ',罚款' || trim_scale(fine_amount) || '元'
    ) as summary,
    known_from, known_until, batch_id, row_number
from penalty
