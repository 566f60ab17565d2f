-- What sharing.objection has to say: objections to records behind grades, as they are known now.
create temporary table objection on commit drop as
select
    evidence.rulebook_id,
    evidence.subject_key,
    evidence.facet,
    evidence.record_key,
    objection.record_key as objection_key,
    objection.objection_number,
    objection.document_number,
    objection.filed_on,
    objection.status,
    objection.outcome,
    objection.decided_on,
    objection.handling_authority,
    objection.status in ('accepted', 'under_review') as is_open
from thematic_public_credit.objection as objection
inner join pg_temp.evidence as evidence on objection.disputed_record_key = evidence.record_key
where objection.known_until is null
