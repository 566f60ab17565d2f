-- The state of the pool on any day, from proposals and decisions, by what the last release knew of register and work.

-- A suspension that was accepted, and until when it was one: its own end does not end it, only the restoration does.
create or replace view sharing.expert_suspension with (security_invoker = true) as
select
    suspension.proposal_id,
    suspension.subject_key,
    -- nobody is suspended before it was decided
    greatest(suspension.effective_from, decision.decided_on) as suspended_from,
    suspension.effective_until as restorable_from,
    -- of several suspensions the end of the last ends all, but none that was decided after that end was proposed
    (
        select min(case when restore.is_automatic then restore.effective_from else restored.decided_on end)
        from sharing.expert_proposal as restore
        inner join sharing.expert_proposal as last_to_run
            on (restore.evidence ->> 'suspension')::bigint = last_to_run.proposal_id
        left join sharing.expert_decision as restored
            on restore.proposal_id = restored.proposal_id and restored.decision = 'accepted'
        where
            restore.action = 'restore'
            and restore.subject_key = suspension.subject_key
            and last_to_run.effective_until >= suspension.effective_until
            and decision.decided_at < restore.proposed_at
    ) as restored_on
from sharing.expert_proposal as suspension
inner join sharing.expert_decision as decision on suspension.proposal_id = decision.proposal_id
where suspension.action = 'suspend' and decision.decision = 'accepted';

-- Everybody who was listed by the day. Reviews are projects (评审次数), their mean is over all scores of two years, and
-- points are those of the calendar year of the day, without what the rules add where a record has none.
create or replace function sharing.expert_pool_on(day date)
returns table (
    subject_key text, person_name text, expert_number text, review_field text, title_level text, listed_on date,
    reviews_two_years bigint, mean_two_years numeric, points_this_year numeric, status text
)
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select
        expert.subject_key, expert.person_name, expert.expert_number, expert.review_field, expert.title_level,
        expert.listed_on, review.reviews, review.mean, violation.points,
        case
            when expert.left_on <= expert_pool_on.day then 'left'
            when standing.is_dismissed then 'dismissed'
            when standing.is_suspended then 'suspended'
            when standing.awaits_restoration then 'awaiting_restoration'
            when standing.is_senior then 'senior'
            else 'listed'
        end
    from sharing.procurement_expert as expert
    cross join lateral (
        select count(distinct work.project_number) as reviews, round(avg(work.score), 2) as mean
        from sharing.expert_review as work
        where
            work.subject_key = expert.subject_key
            and work.reviewed_on <= expert_pool_on.day
            and work.reviewed_on + interval '24 months' > expert_pool_on.day
            and (work.withdrawn_on > expert_pool_on.day) is not false
    ) as review
    cross join lateral (
        select coalesce(sum(act.points), 0) as points
        from sharing.expert_violation as act
        where
            act.subject_key = expert.subject_key
            and act.occurred_on between date_trunc('year', expert_pool_on.day)::date and expert_pool_on.day
            and (least(act.valid_until, act.repaired_on, act.withdrawn_on) > expert_pool_on.day) is not false
    ) as violation
    cross join lateral (
        select
            bool_or(accepted.action = 'dismiss') as is_dismissed,
            bool_or(accepted.action = 'promote') as is_senior,
            bool_or(
                suspension.suspended_from <= expert_pool_on.day and suspension.restorable_from > expert_pool_on.day
            ) as is_suspended,
            bool_or(
                suspension.restorable_from <= expert_pool_on.day
                and (suspension.restored_on <= expert_pool_on.day) is not true
            ) as awaits_restoration
        from sharing.expert_proposal as accepted
        inner join sharing.expert_decision as decision on accepted.proposal_id = decision.proposal_id
        left join sharing.expert_suspension as suspension on accepted.proposal_id = suspension.proposal_id
        where
            accepted.subject_key = expert.subject_key
            and decision.decision = 'accepted'
            and decision.decided_on <= expert_pool_on.day
    ) as standing
    where expert.listed_on <= expert_pool_on.day
$$;

-- Today's: a suspension holds once it is decided, not from the next release on.
create or replace view sharing.expert_pool with (security_invoker = true) as
select pool.*
from (select as_of from sharing.publication order by publication_id desc limit 1) as release
cross join lateral sharing.expert_pool_on(greatest(release.as_of, calendar.city_day(now()))) as pool;
