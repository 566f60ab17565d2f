-- What is new of all that is fulfilled: of experts who are listed, one proposal of an action at a time, and none whose
-- facts a former proposal of the rule held already, whatever was decided of it. Answers with numbers by action.
with release as (
    select publication_id, as_of from sharing.publication order by publication_id desc limit 1
),

rule as (
    select stated.*
    from release
    cross join jsonb_to_recordset(%(expert_rules)s::jsonb) as stated (
        id text, action text, title text, legal_basis text, "from" date, until date, requires text[], automatic boolean
    )
    where stated."from" <= release.as_of and (stated.until > release.as_of) is not false
),

standing as (
    select
        proposal.subject_key, bool_or(proposal.action = 'dismiss') as is_dismissed,
        bool_or(proposal.action = 'promote') as is_senior
    from supervision.expert_proposal as proposal
    inner join sharing.expert_decision as decision on proposal.proposal_id = decision.proposal_id
    where decision.decision = 'accepted'
    group by proposal.subject_key
),

proposed as (
    insert into supervision.expert_proposal (
        publication_id, proposed_on, subject_key, action, rule_id, rule_from, title_zh, legal_basis, effective_from,
        effective_until, requires, is_automatic, evidence, facts
    )
    select distinct on (fulfilled.subject_key, rule.action)
        release.publication_id, release.as_of, fulfilled.subject_key, rule.action, rule.id, rule."from", rule.title,
        rule.legal_basis, fulfilled.effective_from, fulfilled.effective_until,
        coalesce(rule.requires, '{}'), coalesce(rule.automatic, false), fulfilled.evidence, fulfilled.facts
    from pg_temp.expert_fulfilled as fulfilled
    inner join rule on fulfilled.rule_id = rule.id
    cross join release
    inner join sharing.procurement_expert as expert
        on
            fulfilled.subject_key = expert.subject_key
            and expert.listed_on <= release.as_of
            and (expert.left_on > release.as_of) is not false
    left join standing on fulfilled.subject_key = standing.subject_key
    where
        standing.is_dismissed is not true
        and not (
            rule.action = 'promote'
            and (
                coalesce(standing.is_senior, false)
                or exists (
                    select from sharing.expert_suspension as suspension
                    where suspension.subject_key = fulfilled.subject_key and suspension.restored_on is null
                )
            )
        )
        and not exists (
            select from supervision.expert_proposal as former
            where
                former.subject_key = fulfilled.subject_key
                and former.action = rule.action
                and (
                    (former.rule_id = rule.id and former.rule_from = rule."from" and former.facts @> fulfilled.facts)
                    or (
                        not former.is_automatic
                        and not exists (
                            select from sharing.expert_decision as decided
                            where decided.proposal_id = former.proposal_id
                        )
                    )
                )
        )
    order by fulfilled.subject_key, rule.action, fulfilled.effective_until desc nulls last, rule.id
    returning action
)

select action, count(*)::integer from proposed group by action order by action
