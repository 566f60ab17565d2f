-- Makes sharing.industry_result the newest results as the newest release knew them: no record that reached us after it,
-- none of a run that the gate refused. Rows that agree are not touched.
with release as (
    select run.as_of, run.knowledge_at
    from sharing.publication
    inner join evaluation.run on publication.run_id = run.run_id
    order by publication.publication_id desc
    limit 1
),

newest as (
    select distinct on (record.subject_key, record.department_id, record.catalogue_item_id, result.industry)
        record.subject_key,
        record.department_id,
        record.catalogue_item_id,
        result.industry,
        case
            when record.catalogue_item_id = 'inspection_result' then record.behaviour_code
            else substr(record.behaviour_code, strpos(record.behaviour_code, ':') + 1)
        end as level,
        record.points_declared as score,
        record.occurred_on,
        record.effective_until,
        record.summary
    from thematic.credit_record as record
    cross join release
    cross join lateral (
        select case
            when record.catalogue_item_id = 'inspection_result' then ''
            else split_part(record.behaviour_code, ':', 1)
        end as industry
    ) as result
    where
        record.catalogue_item_id in ('industry_grade', 'industry_warning', 'inspection_result')
        and record.known_from <= release.knowledge_at
        and (record.known_until is null or record.known_until > release.knowledge_at)
        and record.effective_from <= release.as_of
        and (record.effective_until is null or record.effective_until > release.as_of)
        and (record.withdrawn_on is null or record.withdrawn_on > release.as_of)
    order by
        record.subject_key, record.department_id, record.catalogue_item_id, result.industry,
        record.occurred_on desc, record.known_from desc, record.record_id asc
),

gone as (
    delete from sharing.industry_result as held
    where not exists (
        select from newest
        where
            held.subject_key = newest.subject_key
            and held.department_id = newest.department_id
            and held.catalogue_item_id = newest.catalogue_item_id
            and held.industry = newest.industry
    )
    returning 1
),

written as (
    insert into sharing.industry_result as held (
        subject_key, department_id, catalogue_item_id, industry, level, score, occurred_on, effective_until, summary
    )
    select
        subject_key, department_id, catalogue_item_id, industry, level, score, occurred_on, effective_until, summary
    from newest
    on conflict (subject_key, department_id, catalogue_item_id, industry) do update
        set
            level = excluded.level,
            score = excluded.score,
            occurred_on = excluded.occurred_on,
            effective_until = excluded.effective_until,
            summary = excluded.summary
        where held is distinct from excluded
    returning 1
)

select
    (select count(*) from written) as written,
    (select count(*) from gone) as removed
