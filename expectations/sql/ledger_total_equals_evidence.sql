-- Firms whose ledger does not add up to what their score stands on. Compared where the rulebook in force asks for all
-- entries alike with the points of each: its own months are taken from the rule, fading is not looked at, and an entry
-- that counts in several facets is one entry.
with rule as (
    select line.rulebook_id, line.target_id, min(line.longest_months) as longest_months
    from candidate.rulebook
    inner join rulebook.record_line as line
        on rulebook.rulebook_id = line.rulebook_id and rulebook.rulebook_version = line.version
    where
        rulebook.rulebook_id = 'bidding_participant'
        and line.purpose = 'indicator'
        and line.catalogue_item_id = 'bidding_bad_behaviour'
    group by line.rulebook_id, line.target_id
    having
        count(*) = 1
        and bool_and(
            line.behaviour_code = '' and line.validity_months is null and not line.until_cycle_end
            and line.points is null and line.repair_percent is null
        )
),

counted as (
    select distinct
        contribution.subject_key, rule.target_id, record.stated ->> 'record_key' as record_key,
        coalesce(record.stated ->> 'points_full', record.stated ->> 'points')::numeric as points
    from rule
    inner join candidate.contribution
        on rule.rulebook_id = contribution.rulebook_id and rule.target_id = contribution.indicator_id
    cross join lateral jsonb_array_elements(contribution.records) as record (stated)
    where record.stated ->> 'catalogue_item_id' = 'bidding_bad_behaviour'
),

evidence as (
    select subject_key, target_id, sum(points) as points from counted group by subject_key, target_id
),

ledger as (
    select entry.subject_key, rule.target_id, sum(entry.points_counted) as points
    from rule
    cross join evaluation.current_run as run
    inner join candidate.bidding_bad_behaviour as entry
        on
            entry.valid_from <= run.as_of
            and (
                least(
                    entry.valid_until, entry.repaired_on, entry.withdrawn_on,
                    (entry.valid_from + make_interval(months => rule.longest_months))::date
                ) > run.as_of
            ) is not false
    where
        entry.subject_key in (
            select grade.subject_key from candidate.grade where grade.rulebook_id = rule.rulebook_id
        )
    group by entry.subject_key, rule.target_id
)

select subject_key
from evidence
full join ledger using (subject_key, target_id)
where coalesce(evidence.points, 0) <> coalesce(ledger.points, 0)
