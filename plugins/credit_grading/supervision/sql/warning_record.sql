-- The records behind every watched leaf and limit. The one pass over all contributions of a run: what is not watched is
-- left out before its records are unfolded.
create temporary table watched_record on commit drop as
with behind as (
    select
        contribution.rulebook_id, contribution.subject_key, contribution.facet,
        contribution.indicator_id, '' as limit_id, null::date as holds_until, contribution.records
    from sharing.contribution
    inner join (select distinct rulebook_id, indicator_id from watched_rule where indicator_id <> '') as watched
        using (rulebook_id, indicator_id)
    union all
    select
        limit_hit.rulebook_id, limit_hit.subject_key, limit_hit.facet,
        '' as indicator_id, limit_hit.limit_id, limit_hit.holds_until, limit_hit.records
    from sharing.limit_hit
    inner join (
        select distinct rulebook_id, limit_id from watched_rule where limit_id <> '' and indicator_id = ''
    ) as watched using (rulebook_id, limit_id)
)

select
    behind.rulebook_id, behind.subject_key, behind.facet, behind.indicator_id, behind.limit_id, behind.holds_until,
    record.content as record,
    record.content ->> 'department_id' as department_id,
    record.content ->> 'catalogue_item_id' as catalogue_item_id,
    concat_ws(
        '/', record.content ->> 'department_id', record.content ->> 'catalogue_item_id', record.content ->> 'record_key'
    ) as record_name,
    (record.content ->> 'occurred_on')::date as occurred_on,
    (record.content ->> 'effective_until')::date as effective_until,
    (record.content ->> 'points')::numeric as points,
    coalesce(record.content ->> 'points_full', record.content ->> 'points')::numeric as points_full
from behind
-- also for subjects who are no longer graded a limit may be hit
inner join sharing.grade using (rulebook_id, subject_key, facet)
cross join lateral jsonb_array_elements(behind.records) as record (content)
where not record.content ? 'role' and not record.content ? 'is_numerator'
