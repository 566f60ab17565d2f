-- Every veto, cap or reason not to grade that a subject's records hit, deciding or not, with those records.
with limit_hit as (select * from {{ ref('limit_hit') }}),

counting_record as (select * from {{ ref('counting_record') }}),

credit_record as (select * from {{ ref('credit_record') }})

select
    limit_hit.rulebook_id,
    limit_hit.subject_key,
    limit_hit.facet,
    limit_hit.limit_id,
    jsonb_agg(
        jsonb_build_object(
            'record_key', credit_record.record_key,
            'department_id', credit_record.department_id,
            'catalogue_item_id', credit_record.catalogue_item_id,
            'occurred_on', credit_record.occurred_on,
            'effective_until', counting_record.counts_until,
            'summary', credit_record.summary,
            'batch_id', credit_record.batch_id,
            'row_number', credit_record.row_number
        )
        order by credit_record.occurred_on, credit_record.record_id
    ) as records
from limit_hit
inner join counting_record
    on
        limit_hit.subject_key = counting_record.subject_key
        and limit_hit.rulebook_id = counting_record.rulebook_id
        and limit_hit.limit_id = counting_record.target_id
        and limit_hit.record_id = counting_record.record_id
        and counting_record.purpose = 'limit'
inner join credit_record
    on limit_hit.subject_key = credit_record.subject_key and limit_hit.record_id = credit_record.record_id
group by limit_hit.rulebook_id, limit_hit.subject_key, limit_hit.facet, limit_hit.limit_id
