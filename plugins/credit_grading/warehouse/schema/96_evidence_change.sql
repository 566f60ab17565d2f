create schema if not exists supervision;

-- The records of the lines that a publication changed, before it and after it, as they were published. A line that a
-- later publication changed once more is read as it was in between.
create or replace function supervision.evidence_change(of_publication bigint)
returns table (rulebook_id text, subject_key text, facet text, is_after boolean, record jsonb)
language sql stable
as $$
    with touched as (
        select
            line.rulebook_id, line.subject_key, line.facet, 'contribution' as kind, line.indicator_id as part,
            line.records, line.change
        from superseded.contribution as line where line.superseded_by = of_publication
        union all
        select line.rulebook_id, line.subject_key, line.facet, 'limit_hit', line.limit_id, line.records, line.change
        from superseded.limit_hit as line where line.superseded_by = of_publication
        union all
        select line.rulebook_id, line.subject_key, line.facet, 'crosswalk_level', '', line.records, line.change
        from superseded.crosswalk_level as line where line.superseded_by = of_publication
    ),

    later as (
        select distinct on (line.rulebook_id, line.subject_key, line.facet, line.kind, line.part) line.*
        from (
            select
                kept.rulebook_id, kept.subject_key, kept.facet, 'contribution' as kind, kept.indicator_id as part,
                kept.superseded_by, kept.records
            from superseded.contribution as kept
            union all
            select kept.rulebook_id, kept.subject_key, kept.facet, 'limit_hit', kept.limit_id, kept.superseded_by,
                kept.records
            from superseded.limit_hit as kept
            union all
            select kept.rulebook_id, kept.subject_key, kept.facet, 'crosswalk_level', '', kept.superseded_by, kept.records
            from superseded.crosswalk_level as kept
        ) as line
        where line.superseded_by > of_publication
        order by line.rulebook_id, line.subject_key, line.facet, line.kind, line.part, line.superseded_by
    ),

    standing as (
        select now.rulebook_id, now.subject_key, now.facet, 'contribution' as kind, now.indicator_id as part, now.records
        from sharing.contribution as now
        union all
        select now.rulebook_id, now.subject_key, now.facet, 'limit_hit', now.limit_id, now.records
        from sharing.limit_hit as now
        union all
        select now.rulebook_id, now.subject_key, now.facet, 'crosswalk_level', '', now.records
        from sharing.crosswalk_level as now
    )

    select touched.rulebook_id, touched.subject_key, touched.facet, false, entry.record
    from touched
    cross join lateral jsonb_array_elements(touched.records) as entry (record)
    union all
    select touched.rulebook_id, touched.subject_key, touched.facet, true, entry.record
    from touched
    left join later using (rulebook_id, subject_key, facet, kind, part)
    left join standing using (rulebook_id, subject_key, facet, kind, part)
    -- a line that was written over later and is empty there did not exist in between
    cross join lateral jsonb_array_elements(
        case when later.superseded_by is null then standing.records else later.records end
    ) as entry (record)
$$;
