{{ config(materialized='by_subject', indexes=[{'columns': ['subject_key']}]) }}
-- Grades whose conditions a subject does not fulfil, in rulebooks that have any: one row per subject and facet with
-- the ranks of those grades. An unknown raw value fulfils nothing.
{%- if no_condition_asked() %}
select score.rulebook_id, score.subject_key, score.facet, null::smallint[] as ranks
from {{ ref('score') }} as score
where false
{%- else %}
with grade_condition as (
    select * from {{ source('rulebook', 'grade_condition') }}
),

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

score as (
    select * from {{ ref('score') }}
    where {{ is_evaluated() }}
),

{{ contribution_line('score') }}

select
    subject_index.rulebook_id,
    subject_index.subject_key,
    subject_index.facet,
    array_agg(distinct grade_band.rank) as ranks
from subject_index
inner join grade_condition
    on
        subject_index.rulebook_id = grade_condition.rulebook_id
        and subject_index.rulebook_version = grade_condition.version
inner join grade_band
    on
        grade_condition.rulebook_id = grade_band.rulebook_id
        and grade_condition.version = grade_band.version
        and grade_condition.grade = grade_band.grade
inner join indicator_default
    on
        subject_index.rulebook_id = indicator_default.rulebook_id
        and grade_condition.indicator_id = indicator_default.indicator_id
left join line
    on
        subject_index.subject_key = line.subject_key
        and subject_index.rulebook_id = line.rulebook_id
        and subject_index.facet = line.facet
        and grade_condition.indicator_id = line.indicator_id
cross join lateral (
    select
        case
            when line.status is not null then line.raw_value
            when indicator_default.default_status = 'clean' then 0
        end as raw_value
) as known
where
    known.raw_value is null
    or known.raw_value < grade_condition.at_least
    or known.raw_value > grade_condition.at_most
group by subject_index.rulebook_id, subject_index.subject_key, subject_index.facet
{%- endif %}
