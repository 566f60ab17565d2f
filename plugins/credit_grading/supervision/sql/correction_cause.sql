-- The decisions, and other reports of a record, that stand behind differing records. What was known at the publication
-- counts, whatever became known since.
create temporary table correction_cause on commit drop as
with release as (
    select
        publication.as_of,
        run.knowledge_at,
        previous.as_of as previous_as_of,
        previous_run.knowledge_at as previous_knowledge_at
    from sharing.publication
    inner join evaluation.run on publication.run_id = run.run_id
    inner join sharing.publication as previous on publication.publication_id = previous.publication_id + 1
    inner join evaluation.run as previous_run on previous.run_id = previous_run.run_id
    -- putting an earlier release back decides nothing about a record
    where publication.publication_id = %(publication_id)s and publication.kind = 'release'
),

known_before as (
    select distinct on (record.record_key) record.*
    from thematic.credit_record as record
    cross join release
    where
        record.record_key in (select differing.record_key from pg_temp.differing_record as differing)
        and record.known_from <= release.previous_knowledge_at
        and coalesce(record.known_until, 'infinity') > release.previous_knowledge_at
    order by record.record_key, record.catalogue_item_id
),

known_after as (
    select distinct on (record.record_key) record.*
    from thematic.credit_record as record
    cross join release
    where
        record.record_key in (select differing.record_key from pg_temp.differing_record as differing)
        and record.known_from <= release.knowledge_at
        and coalesce(record.known_until, 'infinity') > release.knowledge_at
    order by record.record_key, record.catalogue_item_id
),

repair as (
    select
        'repair' as cause,
        decision.repaired_record_key as record_key,
        decision.document_number,
        decision.decision_number as evidence_number,
        case when decision.withdrawn_on is null then decision.outcome else 'withdrawn' end as outcome,
        coalesce(decision.withdrawn_on, decision.decided_on) as decided_on,
        decision.deciding_authority as authority
    from thematic_public_credit.credit_repair_decision as decision
    cross join release
    where
        decision.outcome in ('granted', 'withdrawn')
        and decision.known_from <= release.knowledge_at
        and coalesce(decision.known_until, 'infinity') > release.knowledge_at
        -- news since the release before: what it knew and what was in effect then moved nothing now
        and (
            decision.known_from > release.previous_knowledge_at
            or coalesce(decision.withdrawn_on, decision.decided_on) > release.previous_as_of
        )
),

correction as (
    select
        case
            when
                newer.record_key is not null
                and coalesce(newer.repaired_on, 'infinity') <> coalesce(older.repaired_on, 'infinity')
                then 'repair'
            else 'correction'
        end as cause,
        older.record_key,
        older.case_id as document_number,
        coalesce('B' || newer.batch_id || '-' || newer.row_number, '') as evidence_number,
        null::text as outcome,
        newer.repaired_on as decided_on,
        older.department_id as authority
    from known_before as older
    left join known_after as newer on older.record_key = newer.record_key
    where (older.batch_id, older.row_number) is distinct from (newer.batch_id, newer.row_number)
),

objection as (
    select
        'objection' as cause,
        objection.disputed_record_key as record_key,
        objection.document_number,
        objection.objection_number as evidence_number,
        objection.outcome,
        objection.decided_on,
        objection.handling_authority as authority
    from thematic_public_credit.objection as objection
    cross join release
    where
        objection.outcome in ('upheld', 'partly_upheld')
        and objection.decided_on <= release.as_of
        and objection.known_from <= release.knowledge_at
        and coalesce(objection.known_until, 'infinity') > release.knowledge_at
        -- an objection that is upheld moves nothing until the record is put right
        and objection.disputed_record_key in (select correction.record_key from correction)
)

select * from repair
union all
select * from correction
union all
select * from objection
