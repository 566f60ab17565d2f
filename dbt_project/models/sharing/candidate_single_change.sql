-- The smallest single change that would move a grade. Upwards: the record that counts for it whose end (repair,
-- withdrawal, end of validity) would give a better grade by the smallest difference of the score; and by how much a
-- score that is read would have to rise. Downwards: one more record that would give a worse grade, the nearest first.
with smallest_change as (select * from {{ ref('smallest_change') }}),

alike_subject as (select * from {{ ref('alike_subject') }}),

ranked_grade as (select * from {{ ref('ranked_grade') }}),

grade_band as (select * from {{ source('rulebook', 'grade_band') }}),

credit_record as (select * from {{ ref('credit_record') }}),

catalogue_item as (select * from {{ ref('catalogue_item') }}),

record_ends as (
    select
        smallest_change.rulebook_id,
        smallest_change.subject_key,
        smallest_change.facet,
        smallest_change.rank,
        smallest_change.score,
        jsonb_build_object(
            'record_key', credit_record.record_key,
            'department_id', credit_record.department_id,
            'catalogue_item_id', credit_record.catalogue_item_id,
            'occurred_on', credit_record.occurred_on,
            'summary', credit_record.summary,
            'batch_id', credit_record.batch_id,
            'row_number', credit_record.row_number
        ) as record
    from smallest_change
    inner join credit_record
        on
            smallest_change.subject_key = credit_record.subject_key
            and smallest_change.record_id = credit_record.record_id
    where smallest_change.kind = 'record_ends'
),

-- what one more record does to the first of those alike, it does to them all
record_added as (
    select
        smallest_change.*,
        alike_subject.subject_key as alike_subject_key,
        catalogue_item.title_zh as item_title_zh
    from smallest_change
    inner join alike_subject
        on
            smallest_change.rulebook_id = alike_subject.rulebook_id
            and smallest_change.subject_key = alike_subject.first_subject_key
    left join catalogue_item on smallest_change.catalogue_item_id = catalogue_item.catalogue_item_id
    where smallest_change.kind = 'record_added'
),

moved as (
    select
        rulebook_id,
        subject_key,
        facet,
        'up' as direction,
        'record_ends' as kind,
        record,
        null::text as catalogue_item_id,
        null::text as behaviour_code,
        null::text as severity,
        null::text as item_title_zh,
        score,
        rank
    from record_ends
    union all
    select
        rulebook_id,
        alike_subject_key as subject_key,
        facet,
        'down' as direction,
        'record_added' as kind,
        null::jsonb as record,
        catalogue_item_id,
        behaviour_code,
        severity,
        item_title_zh,
        score,
        rank
    from record_added
)

select
    moved.rulebook_id,
    moved.subject_key,
    moved.facet,
    moved.direction,
    moved.kind,
    moved.record,
    moved.catalogue_item_id,
    moved.behaviour_code,
    moved.severity,
    moved.item_title_zh,
    null::text as indicator_id,
    null::numeric as source_rise,
    moved.score,
    reached.grade,
    reached.city_grade
from moved
inner join ranked_grade
    on
        moved.subject_key = ranked_grade.subject_key
        and moved.rulebook_id = ranked_grade.rulebook_id
        and moved.facet = ranked_grade.facet
inner join grade_band as reached
    on
        ranked_grade.rulebook_id = reached.rulebook_id
        and ranked_grade.rulebook_version = reached.version
        and moved.rank = reached.rank
union all
select * from {{ ref('source_rise') }}
