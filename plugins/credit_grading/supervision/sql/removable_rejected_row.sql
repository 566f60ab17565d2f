-- Rejected rows that were put right or written off long enough ago, with the landing row behind each and the decisions
-- on it. One that still explains why another row is not open is kept.
insert into pg_temp.removable (rule_id, table_name, contract_id, batch_id, row_number, since)
with settled as (
    select
        rule.rule_id,
        row_state.contract_id,
        row_state.batch_id,
        row_state.row_number,
        coalesce(
            row_state.cleared_on,
            (
                select calendar.city_day(max(decision.decided_at))
                from quarantine.decision
                where
                    decision.contract_id = row_state.contract_id
                    and decision.batch_id = row_state.batch_id
                    and decision.row_number = row_state.row_number
            )
        ) as since,
        rule.keep_months
    from quarantine.row_state
    inner join supervision.retention_rule as rule on rule.what = 'rejected_rows'
    where
        row_state.state in ('cleared', 'void')
        and not exists (
            select from quarantine.rejected_row as other
            where
                other.contract_id = row_state.contract_id
                and other.cleared_by_batch_id is null
                and (other.batch_id, other.row_number) <> (row_state.batch_id, row_state.row_number)
                and (
                    other.record_key = row_state.record_key
                    or (other.batch_id, other.row_number) = (row_state.corrects_batch_id, row_state.corrects_row_number)
                    or (other.corrects_batch_id, other.corrects_row_number) = (row_state.batch_id, row_state.row_number)
                )
        )
),

removable as (
    select * from settled
    where supervision.is_kept_long_enough(since, keep_months, %(day)s)
)

select
    rule_id,
    'quarantine.rejected_row' as table_name,
    contract_id,
    batch_id,
    row_number,
    since
from removable
union all
select
    rule_id,
    'landing.' || contract_id as table_name,
    contract_id,
    batch_id,
    row_number,
    since
from removable
union all
select distinct
    removable.rule_id,
    'quarantine.decision' as table_name,
    removable.contract_id,
    removable.batch_id,
    removable.row_number,
    removable.since
from removable
inner join quarantine.decision using (contract_id, batch_id, row_number)
