-- What departments read of publicity, objections and corrections: the records behind the grades they may see. Filled
-- after each publication (credit_grading.supervision), without any effect on a grade; row policies in 75_policies.sql.

-- Records behind published grades that are subject to a rule on publicity (公示期), as they are known now.
create table if not exists sharing.publicity (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    record_key text collate "C" not null,
    department_id text collate "C" not null,
    catalogue_item_id text collate "C" not null,
    document_number text,
    -- of the penalty or listing; publicity starts on it
    document_day date not null,
    severity text collate "C" not null,
    -- null: there is no rule for its day
    rule_id text collate "C",
    -- 'after_minimum': from earliest_repair_on on application; 'never': only by time; 'by_decision': when whoever
    -- listed the subject takes it off the list
    early_end text collate "C" check (early_end in ('after_minimum', 'never', 'by_decision')),
    earliest_repair_on date,
    -- the first day on which the record is no longer shown; null = no rule ends it
    automatic_end_on date,
    -- 公示截止期 as reported: the first day on which the record no longer counts
    reported_end_on date,
    repaired_on date,
    is_under_objection boolean not null,
    primary key (rulebook_id, subject_key, record_key)
);

-- 异议: which record of which grade is disputed. A mark, and nothing else.
create table if not exists sharing.objection (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    record_key text collate "C" not null,
    -- of the objection itself
    objection_key text collate "C" not null,
    objection_number text not null,
    document_number text not null,
    filed_on date not null,
    status text collate "C" not null,
    outcome text collate "C",
    decided_on date,
    handling_authority text,
    is_open boolean not null,
    primary key (rulebook_id, subject_key, facet, record_key, objection_key)
);

-- Both grades and what moved one to the other: repairs, upheld objections, and records that were reported anew. Rows
-- are only added. What nobody decided (time, new records, other rules) is no correction and has no row.
create table if not exists sharing.grade_correction (
    -- of sharing.grade_change
    sequence bigint not null,
    publication_id bigint not null references sharing.publication,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    previous_score numeric,
    previous_grade text collate "C",
    previous_city_grade text collate "C",
    score numeric,
    grade text collate "C",
    city_grade text collate "C",
    cause text collate "C" not null check (cause in ('repair', 'objection', 'correction')),
    -- the record that was put right, and its document
    record_key text collate "C" not null,
    document_number text,
    -- of the repair decision or objection; of a correction 'B<batch>-<row>', '' where the record is no longer reported
    evidence_number text collate "C" not null,
    outcome text collate "C",
    decided_on date,
    authority text,
    -- true: other records, or the rules, changed at the same time, so that this may not be all that moved the grade
    has_other_causes boolean not null,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (sequence, cause, record_key, evidence_number)
);
create index if not exists grade_correction_by_subject on sharing.grade_correction (subject_key, rulebook_id, facet);
