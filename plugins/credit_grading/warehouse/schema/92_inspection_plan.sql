-- The inspection plan (抽查计划): how many subjects of each grade an item draws in a period, and where they are.
-- A plan belongs to the release whose grades it counted; it is written once and never changed.
create table if not exists supervision.inspection_plan (
    plan_id bigint generated always as identity primary key,
    version_id bigint not null references supervision.item_version,
    period_from date not null,
    -- half-open: the first day after the period
    period_until date not null,
    publication_id bigint not null references sharing.publication,
    planned_at timestamptz not null default clock_timestamp(),
    unique (version_id, period_from, publication_id)
);

create table if not exists supervision.plan_grade (
    plan_id bigint not null references supervision.inspection_plan,
    -- in the rulebook's own scale; '' = subjects without a grade, of whom none is drawn
    grade text collate "C" not null,
    city_grade text collate "C",
    subjects bigint not null,
    inspection_ratio_percent numeric,
    inspections_per_year numeric,
    to_draw bigint not null check (to_draw between 0 and subjects),
    primary key (plan_id, grade)
);

-- Where the subjects are: a forecast for staffing, which binds no draw. It sums up to plan_grade.
create table if not exists supervision.plan_division (
    plan_id bigint not null references supervision.inspection_plan,
    grade text collate "C" not null,
    -- GB/T 2260; '' = unknown
    division_code text collate "C" not null,
    subjects bigint not null,
    expected_draws bigint not null,
    primary key (plan_id, grade, division_code)
);

-- Each subject that the last release grades by the item's rulebook, once: of several facets the one inspected most.
create or replace function supervision.item_subject(wanted_version bigint)
returns table (subject_key text, subject_name text, division_code text, grade text)
language sql stable
as $$
    select distinct on (graded.subject_key)
        graded.subject_key, graded.subject_name, coalesce(graded.division_code, ''), coalesce(graded.grade, '')
    from supervision.item_version as item
    inner join sharing.grade as graded on item.rulebook_id = graded.rulebook_id
    left join supervision.item_measure as measure
        on item.version_id = measure.version_id and graded.grade = measure.grade
    where item.version_id = wanted_version
    order by
        graded.subject_key, measure.inspection_ratio_percent * measure.inspections_per_year desc nulls last, graded.facet
$$;

-- Plan an item's period that begins on a day, from the release in force. Safe to repeat: an existing plan is returned.
-- To draw of a grade: subjects × ratio × frequency × months / 12, a part of a subject counting as one.
create or replace function supervision.plan_inspection(wanted_item text, begins date) returns bigint
language plpgsql
as $$
declare
    release sharing.publication;
    item supervision.valid_item;
    too_often text;
    plan bigint;
begin
    select * into release from sharing.publication order by publication_id desc limit 1;
    if release.publication_id is null then
        raise exception '尚无发布，无法计划（nothing is published yet, so nothing can be planned）';
    end if;
    select * into item from supervision.valid_item as valid
    where
        valid.item_id = wanted_item and valid.in_force_from <= greatest(begins, release.as_of)
        and (valid.ends_on is null or greatest(begins, release.as_of) < valid.ends_on);
    if item.version_id is null then
        raise exception '清单中没有在用的事项（no item of the supervision list in force）: %', wanted_item;
    end if;
    if extract(day from begins) <> 1 or (extract(month from begins)::integer - 1) % item.period_months <> 0 then
        raise exception '事项 % 每 % 个月抽取一次，周期不能从 % 开始（no period of this item begins on that day）',
            wanted_item, item.period_months, begins;
    end if;
    select string_agg(format('%s: %s', measure.grade, measure.inspections_per_year), ', ' order by measure.rank)
    into too_often from supervision.item_measure as measure
    where measure.version_id = item.version_id and measure.inspections_per_year * item.period_months > 12;
    if too_often is not null then
        raise exception '事项 % 的周期为 % 个月，而一户一次只能抽到一回；请缩短周期（each draw takes a subject once: shorten the '
            'period, inspections per year are %）', wanted_item, item.period_months, too_often;
    end if;
    select plan_id into plan from supervision.inspection_plan as existing
    where
        existing.version_id = item.version_id and existing.period_from = begins
        and existing.publication_id = release.publication_id;
    if plan is not null then
        return plan;
    end if;
    insert into supervision.inspection_plan (version_id, period_from, period_until, publication_id)
    values (item.version_id, begins, begins + make_interval(months => item.period_months), release.publication_id)
    returning plan_id into plan;
    perform supervision.count_plan(plan, item.version_id, item.period_months);
    return plan;
end
$$;
