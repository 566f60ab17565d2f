-- 评价等级核查: a subject whose city grades lie too far apart is a case, each department concerned gets a notice, and all
-- that ever happened to both stands in one ledger. The present state is computed from it (91_review_state.sql).
create schema if not exists supervision;

-- The rules of supervision/rules/review.yml, one row; filled by credit_grading.supervision.review_rules.
create table if not exists supervision.review_rule (
    only_row boolean primary key default true check (only_row),
    -- levels of the city's scale A–E
    minimum_gap integer not null check (minimum_gap between 1 and 4),
    -- all in working days
    answer_working_days integer not null check (answer_working_days > 0),
    escalation_working_days integer not null check (escalation_working_days >= 0),
    correction_working_days integer not null check (correction_working_days > 0),
    -- who is told of notices that were not answered, or of corrections that were not made, in time
    escalates_to text collate "C" not null
);

-- Whose a rulebook is: the department that explains its grades. A rulebook without a row is not compared.
create table if not exists supervision.review_rulebook (
    rulebook_id text collate "C" primary key,
    department_id text collate "C" not null
);

create table if not exists supervision.review_event (
    -- gapless, in the order in which things happened
    event_id bigint primary key check (event_id > 0),
    event text collate "C" not null check (event in (
        'case_opened', 'gap_changed', 'case_closed', 'case_reopened',
        'notice_sent', 'notice_closed', 'answered', 'answer_rejected', 'escalated'
    )),
    -- one case per subject, for good; null with an answer to a notice that is not the department's
    case_id bigint,
    subject_key text collate "C",
    -- one notice per department concerned; null with what is about the whole case
    notice_id bigint,
    department_id text collate "C",
    -- the answer that was accepted or rejected
    answer_id bigint references sharing.review_answer,
    -- the newest release when it happened
    publication_id bigint not null references sharing.publication,
    -- city day
    day date not null,
    -- notice_sent: the last day for an answer; answered with 'correct': the last day for the correction
    due_on date,
    -- of closing, rejecting, escalating: why
    cause text collate "C",
    decision text collate "C" check (decision in ('keep', 'correct')),
    -- answered: after the last day
    is_late boolean,
    -- the grades that lie too far apart: [{"rulebook_id", "department_id", "subject_name", "facet", "rulebook_version",
    -- "score", "grade", "city_grade"}, …]; in case_closed also what became of each of them: "city_grade_now" and
    -- "rulebook_version_now"
    evidence jsonb,
    -- the same as texts to compare by, department first; of answered: the department's own
    levels text[],
    recorded_at timestamptz not null default clock_timestamp(),
    check ((event in ('case_opened', 'gap_changed', 'case_closed', 'case_reopened')) = (evidence is not null)),
    check ((event in ('notice_sent', 'notice_closed', 'escalated')) <= (notice_id is not null)),
    check ((event in ('answered', 'answer_rejected')) = (answer_id is not null)),
    check ((event in ('case_closed', 'notice_closed', 'answer_rejected', 'escalated')) = (cause is not null))
);
create index if not exists review_event_by_case on supervision.review_event (case_id, event_id);
create index if not exists review_event_by_notice on supervision.review_event (notice_id, event_id);
-- an answer is judged once
create unique index if not exists review_event_by_answer on supervision.review_event (answer_id);

-- Why an answer is rejected, in the words of quarantine: title and advice.
create or replace view supervision.review_rejection_reason as
select reason.code, reason.title_zh, reason.advice_zh
from (
    values
    ('not_own_notice', '不是本部门的核查通知', '按本部门 sharing.review_notice 中的通知编号填写'),
    ('closed_notice', '通知已关闭', '无需答复；如等级再次出现差距，将另行通知'),
    ('other_subject', '统一社会信用代码与通知不符', '核对是否错行，填写该通知的主体，或留空'),
    ('unknown_decision', '处理意见不在约定之列', '填写 keep（维持）或 correct（更正）'),
    ('missing_reason', '未说明理由', '说明维持或更正的理由后重新答复')
) as reason (code, title_zh, advice_zh);

create or replace function supervision.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception '% 只增不改（append-only: rows are never changed or deleted）', tg_table_name;
end
$$;

-- Have a ledger refuse changes. Made only where missing: a trigger locks writers out.
create or replace procedure supervision.keep_append_only(ledger regclass)
language plpgsql
as $$
begin
    if not exists (select from pg_trigger where tgrelid = ledger and tgname = 'append_only') then
        execute format(
            'create trigger append_only before update or delete on %s'
            ' for each row execute function supervision.refuse_change()', ledger
        );
    end if;
end
$$;

call supervision.keep_append_only('supervision.review_event');
call supervision.keep_append_only('sharing.review_answer');
