select
    subject_key, catalogue_item_id, severity, occurred_on, effective_from, effective_until, repaired_on,
    withdrawn_on, points_counted, amount
from thematic.credit_record
where
    ctid >= '({first_page},0)'::tid and ctid < '({last_page},0)'::tid
    and known_from <= '{knowledge_at}' and (known_until is null or known_until > '{knowledge_at}')
    and (effective_until is null or effective_until > '{as_of}')
    and (repaired_on is null or repaired_on > '{as_of}')
    and (withdrawn_on is null or withdrawn_on > '{as_of}')
