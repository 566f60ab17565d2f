-- Government procurement (政府采购): suppliers, their violations, review experts and what is known of their work.

create table if not exists sharing.procurement_supplier (
    subject_key text collate "C" not null,
    supplier_name text not null,
    supplier_kind text,
    division_code text collate "C",
    registered_on date not null,
    left_on date,
    -- of procurement, as of the release
    contracts_signed bigint not null,
    -- 元
    contract_amount numeric not null,
    -- assessments of contracts that hold on the day, of any client, and how many of them say: kept on time
    contracts_assessed bigint not null,
    contracts_on_time bigint not null,
    -- decisions, also those upheld in part, that hold on the day
    complaints_upheld bigint not null,
    primary key (subject_key)
);

create table if not exists sharing.procurement_violation (
    record_key text collate "C" not null,
    subject_key text collate "C" not null,
    entity_name text not null,
    department_id text collate "C" not null,
    document_number text,
    behaviour_code text collate "C",
    severity text collate "C" not null,
    circumstances text not null,
    penalty_result text not null,
    penalty_basis text,
    enforcement_authority text not null,
    penalised_on date not null,
    -- the first day on which it no longer counts; null = no end
    valid_until date,
    -- barred from procurement, half-open; both null = nothing of the kind was decided, or it was not reported
    ban_from date,
    ban_until date,
    repaired_on date,
    withdrawn_on date,
    primary key (record_key)
);
create index if not exists procurement_violation_by_subject on sharing.procurement_violation (subject_key);

-- Persons: the name masked, the identity number only as the key of the subject.
create table if not exists sharing.procurement_expert (
    subject_key text collate "C" not null,
    person_name text,
    expert_number text,
    review_field text,
    title_level text,
    listed_on date not null,
    left_on date,
    primary key (subject_key)
);

create table if not exists sharing.expert_review (
    record_key text collate "C" not null,
    subject_key text collate "C" not null,
    project_number text collate "C" not null,
    -- buyer, agency, expert or authority
    evaluating_side text collate "C" not null,
    score numeric not null,
    reviewed_on date not null,
    withdrawn_on date,
    primary key (record_key)
);
create index if not exists expert_review_by_subject on sharing.expert_review (subject_key);

create table if not exists sharing.expert_violation (
    record_key text collate "C" not null,
    subject_key text collate "C" not null,
    record_number text not null,
    behaviour_code text collate "C" not null,
    behaviour text not null,
    severity text collate "C",
    -- null: the rules give the points
    points numeric,
    project_number text collate "C",
    deciding_authority text not null,
    occurred_on date not null,
    valid_until date,
    repaired_on date,
    withdrawn_on date,
    primary key (record_key)
);
create index if not exists expert_violation_by_subject on sharing.expert_violation (subject_key);
