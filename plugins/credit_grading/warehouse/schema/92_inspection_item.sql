-- The supervision list (信用监管清单): which matter is inspected by whom, of whom, and how often at each grade. Filled from
-- dbt_project/supervision_list by supervision/supervision_list.py.
create schema if not exists supervision;

-- Append-only: a corrected entry is a newer revision of its (item, day), and the newest counts.
create table if not exists supervision.item_version (
    version_id bigint generated always as identity primary key,
    item_id text collate "C" not null,
    in_force_from date not null,
    -- null: until a later version of the item begins
    in_force_until date,
    -- who inspects
    department_id text collate "C" not null,
    -- whose grades decide
    rulebook_id text collate "C" not null,
    title_zh text not null,
    title_en text not null,
    -- 重点检查事项 key, 一般检查事项 ordinary
    kind text collate "C" not null check (kind in ('key', 'ordinary')),
    -- of the inspectors' directory (执法检查人员名录)
    business_line text collate "C" not null,
    -- months between draws; periods are aligned to the calendar year
    period_months integer not null check (period_months in (1, 3, 6, 12)),
    inspectors_per_subject integer not null check (inspectors_per_subject between 1 and 5),
    -- subjects per inspector and draw, at most
    workload_limit integer not null check (workload_limit > 0),
    -- after the period, for delivering the result
    result_working_days integer not null check (result_working_days >= 0),
    legal_basis text not null,
    content_hash text collate "C" not null,
    loaded_at timestamptz not null default clock_timestamp(),
    check (in_force_until > in_force_from)
);

-- What the list says of a city grade itself; where it says nothing, the rulebook's measure applies.
create table if not exists supervision.item_grade (
    version_id bigint not null references supervision.item_version,
    city_grade text collate "C" not null check (city_grade in ('A', 'B', 'C', 'D', 'E')),
    inspection_ratio_percent numeric not null check (inspection_ratio_percent between 0 and 100),
    inspections_per_year numeric not null check (inspections_per_year >= 0),
    primary key (version_id, city_grade)
);

-- The newest revision of every entry, in force on the days [in_force_from, ends_on): a later one takes over.
create or replace view supervision.valid_item as
select
    newest.*,
    least(newest.in_force_until, lead(newest.in_force_from) over (
        partition by newest.item_id order by newest.in_force_from
    )) as ends_on
from (
    select distinct on (item_id, in_force_from) *
    from supervision.item_version
    order by item_id, in_force_from, version_id desc
) as newest;

-- Ratio and frequency of every grade of the release, in the rulebook's own scale, for every entry. An entry without its
-- own numbers takes the measure's: a frequency alone means everybody, a ratio alone once a year (本项目假设). Both null:
-- nothing is drawn.
create or replace view supervision.item_measure as
select
    item.version_id,
    band.grade,
    band.city_grade,
    band.rank,
    own.version_id is not null as is_own,
    case
        when own.version_id is not null then own.inspection_ratio_percent
        when measure.frequency is not null then coalesce(measure.ratio, 100)
        else measure.ratio
    end as inspection_ratio_percent,
    case
        when own.version_id is not null then own.inspections_per_year
        when measure.ratio is not null then coalesce(measure.frequency, 1)
        else measure.frequency
    end as inspections_per_year
from supervision.valid_item as item
inner join (
    -- a crosswalk may have several levels of one grade
    select rulebook_id, grade, min(city_grade) as city_grade, min(rank) as rank
    from sharing.grade_band group by rulebook_id, grade
) as band using (rulebook_id)
left join supervision.item_grade as own using (version_id, city_grade)
left join (
    select rulebook_id, grade, max(inspection_ratio_percent) as ratio, max(inspections_per_year) as frequency
    from sharing.measure group by rulebook_id, grade
) as measure using (rulebook_id, grade);

-- The list in force with the last release, for everybody; the release and the list are seen together or not at all.
create or replace view sharing.supervision_list with (security_barrier = true) as
select
    item.item_id,
    item.title_zh,
    item.title_en,
    item.kind,
    item.department_id,
    item.rulebook_id,
    measure.grade,
    measure.city_grade,
    measure.rank,
    measure.inspection_ratio_percent,
    measure.inspections_per_year,
    measure.is_own,
    item.period_months,
    item.inspectors_per_subject,
    item.workload_limit,
    item.result_working_days,
    item.in_force_from,
    item.ends_on as in_force_until,
    item.legal_basis,
    release.publication_id
from supervision.valid_item as item
inner join supervision.item_measure as measure using (version_id)
cross join (select publication_id, as_of from sharing.publication order by publication_id desc limit 1) as release
where item.in_force_from <= release.as_of and (item.ends_on is null or release.as_of < item.ends_on);
