-- Scores of experts' work, every one that the run knows.
with {{ released_record('expert_review') }},

review as (select * from {{ ref('procurement__expert_review') }})

select
    record.record_key,
    record.subject_key,
    review.project_number,
    review.evaluating_side,
    review.score,
    review.reviewed_on,
    record.withdrawn_on
from record
inner join review on {{ is_version_of('review') }}
