{{ record_versions('industry_grade') }}

select
    record_key, subject_key, subject_kind, subject_name,
    record_kind, credit_code, entity_name, industry,
    -- the same level is written 绿 and 绿级, A and A级: a rulebook names it once
    regexp_replace(level, '^([A-Za-z+-]+|[绿蓝黄橙红黑])级$', '\1') collate "C" as level,
    evaluation_score, evaluating_authority, evaluated_on, valid_until, lifted_on, document_number, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
