-- Suspensions that have run out and are not ended yet: of each expert the last to run out. And tests that were failed.
with release as (
    select as_of from sharing.publication order by publication_id desc limit 1
),

rule as (
    select
        stated.id as rule_id, (stated.suspension ->> 'longer_than_months')::integer as longer_than,
        (stated.suspension ->> 'at_most_months')::integer as at_most,
        coalesce(stated.automatic, false) as is_automatic,
        coalesce(stated.after_failed_test, false) as after_failed_test
    from release
    cross join jsonb_to_recordset(%(expert_rules)s::jsonb)
        as stated (id text, "from" date, until date, suspension jsonb, automatic boolean, after_failed_test boolean)
    where stated."from" <= release.as_of and (stated.until > release.as_of) is not false
),

last_suspension as (
    select distinct on (subject_key) subject_key, proposal_id, restorable_from, restored_on
    from sharing.expert_suspension
    order by subject_key, restorable_from desc, proposal_id desc
)

insert into pg_temp.expert_fulfilled (subject_key, rule_id, effective_from, evidence, facts)
select
    suspension.subject_key, rule.rule_id,
    case when rule.is_automatic then suspension.restorable_from else release.as_of end,
    jsonb_build_object(
        'suspension', suspension.proposal_id, 'suspended_months', suspended.evidence -> 'suspended_months',
        'restorable_from', suspension.restorable_from
    ),
    jsonb_build_array('suspension=' || suspension.proposal_id)
from last_suspension as suspension
cross join release
inner join supervision.expert_proposal as suspended on suspension.proposal_id = suspended.proposal_id
inner join rule
    on
        (suspended.evidence ->> 'suspended_months')::integer > rule.longer_than
        and (suspended.evidence ->> 'suspended_months')::integer <= rule.at_most
where suspension.restorable_from <= release.as_of and suspension.restored_on is null
union all
select
    restoration.subject_key, rule.rule_id, release.as_of,
    jsonb_build_object('restoration', restoration.proposal_id, 'refused_on', decision.decided_on),
    jsonb_build_array('restoration=' || restoration.proposal_id)
from supervision.expert_proposal as restoration
inner join sharing.expert_decision as decision on restoration.proposal_id = decision.proposal_id
inner join rule on rule.after_failed_test
cross join release
where restoration.action = 'restore' and decision.decision = 'refused' and decision.legal_test_passed = false
