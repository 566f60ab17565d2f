{{ record_versions('construction_integrity_points') }}

select
    record_key, subject_key, subject_kind, subject_name,
    snapshot_date, firm_name, qualification_category, qualification_detail,
    concat(qualification_category, '/', qualification_detail) collate "C" as facet,
    -- a detail that only repeats the category is graded for some trades: the register's own silence decides
    coalesce(qualification_detail, qualification_category) = qualification_category
    and published_grade is null as is_without_scored_qualification,
    initial_points, base_points, special_points, deduction_points, published_score, published_grade,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
