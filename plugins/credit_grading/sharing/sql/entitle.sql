-- Entitlements as the department files say. What is said already stays as it is; a list of rows in, as JSON.
with wanted as (
    select distinct *
    from jsonb_to_recordset(%(wanted)s::jsonb) as wanted (
        department_id text,
        rulebook_id text,
        purpose text,
        legal_basis text,
        granted_from date,
        granted_until date,
        divisions text[]
    )
),

ended as (
    delete from sharing.entitlement as present
    where not exists (
        select from wanted
        where (
            wanted.department_id, wanted.rulebook_id, wanted.purpose, wanted.legal_basis, wanted.granted_from,
            wanted.granted_until, wanted.divisions
        ) is not distinct from (
            present.department_id, present.rulebook_id, present.purpose, present.legal_basis, present.granted_from,
            present.granted_until, present.divisions
        )
    )
)

insert into sharing.entitlement (
    department_id, rulebook_id, purpose, legal_basis, granted_from, granted_until, divisions
)
select
    department_id,
    rulebook_id,
    purpose,
    legal_basis,
    granted_from,
    granted_until,
    divisions
from wanted
except
select
    department_id,
    rulebook_id,
    purpose,
    legal_basis,
    granted_from,
    granted_until,
    divisions
from sharing.entitlement
