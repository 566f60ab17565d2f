-- The pool of procurement review experts (评审专家库): what the rules propose, what was decided, and who is in it.
create schema if not exists supervision;

-- Only ever added to. One row = one rule that one expert's facts fulfilled.
create table if not exists supervision.expert_proposal (
    proposal_id bigint generated always as identity primary key,
    publication_id bigint not null references sharing.publication,
    proposed_on date not null,
    subject_key text collate "C" not null,
    action text collate "C" not null check (action in ('promote', 'suspend', 'restore', 'dismiss')),
    rule_id text collate "C" not null,
    rule_from date not null,
    title_zh text not null,
    legal_basis text not null,
    -- half-open; of a suspension both, of the others the day alone
    effective_from date not null,
    effective_until date,
    -- of 'application', 'pledge', 'legal_test': what must lie on the table before it may be accepted
    requires text[] not null,
    -- takes effect by itself
    is_automatic boolean not null,
    -- numbers that fulfilled the rule, for people
    evidence jsonb not null,
    -- the facts behind it, for telling whether a later proposal would say the same
    facts jsonb not null,
    proposed_at timestamptz not null default clock_timestamp(),
    check (effective_until > effective_from),
    check ((action = 'suspend') = (effective_until is not null))
);
create index if not exists expert_proposal_by_subject on supervision.expert_proposal (subject_key, action);

-- Who keeps the pool reads the proposals; the table itself is nobody's.
create or replace view sharing.expert_proposal with (security_barrier = true) as
select
    proposal_id, publication_id, proposed_on, subject_key, action, rule_id, rule_from, title_zh, legal_basis,
    effective_from, effective_until, requires, is_automatic, evidence, proposed_at
from supervision.expert_proposal
where (select sharing.keeps_expert_pool());

-- A department inserts its decision, once for each proposal.
create table if not exists sharing.expert_decision (
    proposal_id bigint primary key references supervision.expert_proposal,
    department_id text collate "C" not null default sharing.current_department(),
    decision text collate "C" not null check (decision in ('accepted', 'refused')),
    reason text not null check (btrim(reason) <> ''),
    -- post or office of who answers for it (职务), never a name
    decided_by text not null check (btrim(decided_by) <> ''),
    application_filed boolean not null default false,
    pledge_filed boolean not null default false,
    -- null: no test was held
    legal_test_passed boolean,
    decided_at timestamptz not null default clock_timestamp(),
    -- in the city
    decided_on date not null generated always as ((decided_at at time zone 'Asia/Shanghai')::date) stored,
    -- GB 11643: an identity number is refused before it is stored
    constraint decision_without_identity_number check (
        concat_ws(' ', reason, decided_by)
        !~ '[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]'
    )
);

-- What a row policy cannot say in words: why a decision may not stand.
create or replace function sharing.check_expert_decision() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    -- as the one who decides may see it: of whoever may see none the row policy refuses the decision
    proposal sharing.expert_proposal;
begin
    select * into proposal from sharing.expert_proposal as seen where seen.proposal_id = new.proposal_id;
    if proposal.is_automatic then
        raise exception '第 % 号建议自动生效，无须决定（takes effect by itself: nothing to decide）', new.proposal_id;
    elsif new.decision = 'accepted' and (
        ('application' = any(proposal.requires) and not new.application_filed)
        or ('pledge' = any(proposal.requires) and not new.pledge_filed)
        or ('legal_test' = any(proposal.requires) and new.legal_test_passed is not true)
    ) then
        raise exception '第 % 号建议须具备：%（may be accepted only with these）', new.proposal_id,
            array_to_string(array(
                select case required
                    when 'application' then '书面申请 application_filed'
                    when 'pledge' then '承诺书 pledge_filed'
                    else '法规测试合格 legal_test_passed'
                end
                from unnest(proposal.requires) as required
            ), '、');
    end if;
    return new;
end
$$;
do $$
begin
    -- made only where missing: a trigger locks writers out
    if not exists (
        select from pg_trigger
        where tgrelid = 'sharing.expert_decision'::regclass and tgname = 'expert_decision_is_complete'
    ) then
        create trigger expert_decision_is_complete before insert on sharing.expert_decision
        for each row execute function sharing.check_expert_decision();
    end if;
end
$$;
