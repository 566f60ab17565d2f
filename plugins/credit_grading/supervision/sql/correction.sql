-- What put grades right in one publication: each changed grade with the differing records that something stands behind.
with changed as (
    select grade_change.*, grade_change.rulebook_version <> superseded.rulebook_version as has_other_rules
    from sharing.grade_change
    inner join superseded.grade as superseded
        on grade_change.publication_id = superseded.superseded_by
        and grade_change.rulebook_id = superseded.rulebook_id
        and grade_change.subject_key = superseded.subject_key
        and grade_change.facet = superseded.facet
    where grade_change.publication_id = %(publication_id)s and grade_change.change = 'changed'
)

insert into sharing.grade_correction (
    sequence, publication_id, rulebook_id, subject_key, facet, previous_score, previous_grade, previous_city_grade,
    score, grade, city_grade, cause, record_key, document_number, evidence_number, outcome, decided_on, authority,
    has_other_causes
)
select distinct on (changed.sequence, cause.cause, cause.record_key, cause.evidence_number)
    changed.sequence,
    changed.publication_id,
    changed.rulebook_id,
    changed.subject_key,
    changed.facet,
    changed.previous_score,
    changed.previous_grade,
    changed.previous_city_grade,
    changed.score,
    changed.grade,
    changed.city_grade,
    cause.cause,
    cause.record_key,
    cause.document_number,
    cause.evidence_number,
    cause.outcome,
    cause.decided_on,
    cause.authority,
    changed.has_other_rules or exists (
        select from pg_temp.differing_record as other
        where
            (other.rulebook_id, other.subject_key, other.facet)
            = (changed.rulebook_id, changed.subject_key, changed.facet)
            and other.record_key not in (select known.record_key from pg_temp.correction_cause as known)
    ) as has_other_causes
from changed
inner join pg_temp.differing_record as differing using (rulebook_id, subject_key, facet)
inner join pg_temp.correction_cause as cause on differing.record_key = cause.record_key
where not exists (
    -- an objection put a record right once
    select from sharing.grade_correction as noted
    where
        cause.cause = 'objection'
        and noted.cause = 'objection'
        and noted.evidence_number = cause.evidence_number
        and noted.publication_id < changed.publication_id
        and (noted.rulebook_id, noted.subject_key, noted.facet, noted.record_key)
        = (changed.rulebook_id, changed.subject_key, changed.facet, cause.record_key)
)
order by changed.sequence, cause.cause, cause.record_key, cause.evidence_number, cause.decided_on
