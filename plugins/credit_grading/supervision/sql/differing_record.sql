-- The records that the grades of this publication were made with and that differ from those before it: other points,
-- another version, come or gone.
create temporary table differing_record on commit drop as
select rulebook_id, subject_key, facet, record ->> 'record_key' as record_key
from supervision.evidence_change(%(publication_id)s)
group by rulebook_id, subject_key, facet, record ->> 'record_key'
having
    jsonb_agg(record order by record) filter (where is_after)
    is distinct from jsonb_agg(record order by record) filter (where not is_after)
