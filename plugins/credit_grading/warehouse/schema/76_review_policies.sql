-- What departments give each other beside the release: answers to review notices (核查答复), which they write themselves,
-- and what industries found of a subject. Both are stable tables with row policies, as in 75_policies.sql.

-- 核查答复: one row per answer, by insert or by file. Append-only; what became of it is in sharing.review_outcome.
create table if not exists sharing.review_answer (
    answer_id bigint generated always as identity primary key,
    department_id text collate "C" not null default sharing.current_department(),
    notice_id bigint not null,
    -- of the subject, where the department states it: guards a list of answers against slipped rows
    credit_code text collate "C",
    -- 'keep' 维持, 'correct' 更正; anything else is kept, and rejected with advice
    decision text collate "C",
    reason text,
    -- post or office of whom to ask (职务), never a name
    contact_title text,
    answered_at timestamptz not null default clock_timestamp(),
    -- of an answer by file: where its row was received
    batch_id bigint references landing.batch,
    row_number bigint,
    -- GB 11643, as landing masks it in files: an identity number is refused before it is stored
    constraint answer_without_identity_number check (
        concat_ws(' ', decision, reason, contact_title)
        !~ '[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]'
    ),
    unique (batch_id, row_number)
);

-- 行业信用结果: the newest grade and warning of each industry and the newest inspection result of each department for a
-- subject, as the release knew them. Filled by credit_grading.supervision.exchange.
create table if not exists sharing.industry_result (
    subject_key text collate "C" not null,
    -- who reported it
    department_id text collate "C" not null,
    -- 'industry_grade', 'industry_warning', 'inspection_result'
    catalogue_item_id text collate "C" not null,
    -- code list of contract industry_grade; empty for inspections
    industry text collate "C" not null,
    -- in the words of that industry; of an inspection 'passed' or 'failed'
    level text not null,
    -- as declared; null = none was
    score numeric,
    occurred_on date not null,
    -- the first day on which it no longer counts
    effective_until date,
    summary text not null,
    primary key (subject_key, department_id, catalogue_item_id, industry)
);

do $$
declare
    protected record;
begin
    for protected in
        select policy.table_name, policy.policy_name, policy.clause
        from (values
            ('review_answer', 'department_reads', 'for select using (department_id = (select sharing.current_department()))'),
            -- the default fills department_id in; nobody may write under another's name
            ('review_answer', 'department_writes',
                'for insert with check (department_id = (select sharing.current_department()))'),
            -- its own, and everybody's to whoever may read the public credit evaluation, which counts these records
            ('industry_result', 'department_reads',
                'for select using (department_id = (select sharing.current_department())'
                ' or exists (select from sharing.entitlement as entitled'
                ' where entitled.rulebook_id in (''public_credit'', ''all'')'
                ' and entitled.department_id = sharing.current_department()))')
        ) as policy (table_name, policy_name, clause)
    loop
        call sharing.keep_policy(protected.table_name, protected.policy_name, protected.clause);
    end loop;
end
$$;

-- 公共信用评价指标与数据: what each indicator of a rulebook found and gave, without the records behind it.
-- security_invoker: the row policies of sharing.grade and sharing.contribution apply to whoever reads it.
create or replace view sharing.indicator_value with (security_invoker = true) as
select
    rulebook_id,
    subject_key,
    facet,
    indicator_id,
    path_zh,
    title_zh,
    status,
    raw_value,
    value,
    factor,
    contribution
from sharing.grade_explained
where line_kind = 'indicator';
