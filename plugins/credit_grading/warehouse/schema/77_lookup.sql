-- Asking for one subject, with a purpose, on the record.
create table if not exists sharing.lookup_log (
    lookup_id bigint generated always as identity primary key,
    -- null: asked by the pipeline's own role
    department_id text collate "C",
    -- A department may state neither, so that both are true.
    asked_by text collate "C" not null default session_user,
    asked_at timestamptz not null default clock_timestamp(),
    subject_key text collate "C" not null,
    purpose text not null check (btrim(purpose) <> ''),
    grades_found integer not null check (grades_found >= 0)
);

call sharing.keep_policy(
    'lookup_log', 'department_reads', 'for select using (department_id = (select sharing.current_department()))'
);
call sharing.keep_policy(
    'lookup_log', 'department_adds', 'for insert with check (department_id = (select sharing.current_department()))'
);

-- What the caller may know of a subject: per rulebook and facet its grade, every line behind it, what the grade means,
-- and its history. One line of sharing.lookup_log per call, in the caller's own transaction, also where nothing is
-- found. It runs with the caller's rights: the row policies decide what it sees, and what it may log. The search path
-- is pinned, so that nothing temporary of the caller's stands in for what is named here.
create or replace function sharing.lookup(subject text, purpose text)
returns table (
    rulebook_id text,
    rulebook_zh text,
    facet text,
    subject_key text,
    subject_name text,
    as_of date,
    score numeric,
    grade text,
    city_grade text,
    grade_status text,
    next_change_on date,
    reasons jsonb,
    measures jsonb,
    effects jsonb,
    history jsonb
)
language plpgsql volatile security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    asked text := btrim(lookup.subject);
    stated text := nullif(btrim(lookup.purpose), '');
    found_rows integer;
begin
    if stated is null then
        raise exception '查询须写明用途 (state the purpose of the lookup)' using errcode = 'invalid_parameter_value';
    end if;
    if coalesce(asked, '') = '' then
        raise exception '查询须写明主体标识 (state the subject''s key)' using errcode = 'invalid_parameter_value';
    end if;
    return query
    select
        known.rulebook_id, rulebook.title_zh, known.facet, asked, given.subject_name, given.as_of, given.score,
        given.grade, given.city_grade, given.grade_status, given.next_change_on,
        (
            select coalesce(jsonb_agg(to_jsonb(line) - array['rulebook_id', 'subject_key', 'facet']
                order by line.position, line.indicator_id), '[]')
            from sharing.grade_explained as line
            where line.rulebook_id = known.rulebook_id and line.subject_key = asked and line.facet = known.facet
        ),
        (
            select coalesce(jsonb_agg(to_jsonb(asks) - array['rulebook_id', 'grade'] order by asks.position), '[]')
            from sharing.measure as asks
            where asks.rulebook_id = known.rulebook_id and asks.grade = given.grade
        ),
        (
            select coalesce(jsonb_agg(to_jsonb(means) - array['rulebook_id', 'grade']
                order by means.scenario, means.position), '[]')
            from sharing.scenario_effect as means
            where means.rulebook_id = known.rulebook_id and means.grade = given.grade
        ),
        (
            select coalesce(jsonb_agg(to_jsonb(past) - array['rulebook_id', 'subject_key', 'facet']
                order by past.sequence), '[]')
            from sharing.grade_change as past
            where past.rulebook_id = known.rulebook_id and past.subject_key = asked and past.facet = known.facet
        )
    from (
        select rulebook_id, facet from sharing.grade where subject_key = asked
        -- whoever is not graded any more has a history all the same
        union select rulebook_id, facet from sharing.grade_change where subject_key = asked
    ) as known
    left join sharing.grade as given
        on known.rulebook_id = given.rulebook_id and given.subject_key = asked and known.facet = given.facet
    left join sharing.rulebook on known.rulebook_id = rulebook.rulebook_id
    order by known.rulebook_id, known.facet;
    get diagnostics found_rows = row_count;
    insert into sharing.lookup_log (department_id, subject_key, purpose, grades_found)
    values (sharing.current_department(), asked, stated, found_rows);
end
$$;
