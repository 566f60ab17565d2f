-- One row per rejected row: cleared 已更正, void 已作废, replaced 已重报未通过 (a later row of the same record that says
-- nothing older, or one sent in its place, was rejected too and stands for it), or open 待更正.
create or replace view quarantine.row_state as
select
    rejected.contract_id, rejected.batch_id, rejected.row_number,
    quarantine.reference(rejected.batch_id, rejected.row_number) as reference,
    rejected.department_id, rejected.feed_id, rejected.source_name, rejected.record_key, rejected.reasons,
    rejected.received_row, rejected.corrects_batch_id, rejected.corrects_row_number,
    calendar.city_day(batch.known_from) as received_on,
    rejected.cleared_by_batch_id,
    calendar.city_day(clearing.known_from) as cleared_on,
    decision.reason as void_reason,
    decision.decided_by as voided_by,
    case
        when rejected.cleared_by_batch_id is not null then 'cleared'
        when decision.decision_id is not null then 'void'
        when exists (
            select from quarantine.rejected_row as newer
            where
                newer.contract_id = rejected.contract_id
                and newer.record_key = rejected.record_key
                and newer.cleared_by_batch_id is null
                and (newer.batch_id, newer.row_number) > (rejected.batch_id, rejected.row_number)
                and quarantine.is_older(
                    newer.change_sequence, newer.version_day,
                    array[
                        coalesce(newer.corrects_batch_id, newer.batch_id),
                        coalesce(newer.corrects_row_number, newer.row_number)
                    ],
                    rejected.change_sequence, rejected.version_day,
                    array[
                        coalesce(rejected.corrects_batch_id, rejected.batch_id),
                        coalesce(rejected.corrects_row_number, rejected.row_number)
                    ]
                ) is not true
        ) or exists (
            select from quarantine.rejected_row as newer
            where
                newer.contract_id = rejected.contract_id
                and newer.corrects_batch_id = coalesce(rejected.corrects_batch_id, rejected.batch_id)
                and newer.corrects_row_number = coalesce(rejected.corrects_row_number, rejected.row_number)
                and newer.cleared_by_batch_id is null
                and (newer.batch_id, newer.row_number) > (rejected.batch_id, rejected.row_number)
        ) then 'replaced'
        else 'open'
    end as state
from quarantine.rejected_row as rejected
inner join landing.batch on rejected.batch_id = batch.batch_id
left join landing.batch as clearing on rejected.cleared_by_batch_id = clearing.batch_id
left join lateral (
    select newest.decision_id, newest.reason, newest.decided_by
    from (
        select made.* from quarantine.decision as made
        where
            made.contract_id = rejected.contract_id
            and made.batch_id = rejected.batch_id
            and made.row_number = rejected.row_number
        order by made.decision_id desc
        limit 1
    ) as newest
    where newest.kind = 'void'
) as decision on true;
