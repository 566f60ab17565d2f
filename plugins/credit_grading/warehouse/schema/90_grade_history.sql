create schema if not exists supervision;

-- What each grade was when: one row per rulebook, subject, facet and period [valid_from, valid_until) between
-- releases. A removed grade ends its last period; whoever comes back begins a new one. Changes of other columns than
-- score, grade, version and division (a name, a gap) begin no period. Whoever reads one division sees a subject that
-- left it up to the period that begins with the other division: what came after is not theirs.
-- Every window is by the subject's key: a reader who asks for one subject reads that subject's changes only.
create or replace view sharing.grade_history with (security_invoker = true) as
with told as (
    select
        *,
        lag(rulebook_version) over by_sequence as previous_version
    from sharing.grade_change
    window by_sequence as (partition by rulebook_id, subject_key, facet order by sequence)
),

period as (
    select
        *,
        lead(publication_id) over by_sequence as next_publication_id,
        lead(change) over by_sequence as next_change
    from told
    where
        change <> 'changed'
        or (score, grade, city_grade) is distinct from (previous_score, previous_grade, previous_city_grade)
        or rulebook_version is distinct from previous_version
        or division_code is distinct from previous_division_code
    window by_sequence as (partition by rulebook_id, subject_key, facet order by sequence)
)

select
    period.rulebook_id,
    period.subject_key,
    period.facet,
    period.rulebook_version,
    period.division_code,
    period.score,
    period.grade,
    period.city_grade,
    period.as_of,
    period.publication_id as first_publication_id,
    released.published_at as valid_from,
    period.next_publication_id as until_publication_id,
    ended.published_at as valid_until,
    coalesce(period.next_change = 'removed', false) as is_removed_after
from period
inner join sharing.publication as released on period.publication_id = released.publication_id
left join sharing.publication as ended on period.next_publication_id = ended.publication_id
where period.change <> 'removed';
