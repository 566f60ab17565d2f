-- Experts whose reviews fulfil a rule on the day of the newest release.
with release as (
    select as_of from sharing.publication order by publication_id desc limit 1
),

rule as (
    select
        stated.id as rule_id, (stated.reviews ->> 'within_months')::integer as within_months,
        (stated.reviews ->> 'at_least')::integer as at_least,
        (stated.reviews ->> 'lowest_at_least')::numeric as lowest_at_least,
        (stated.reviews ->> 'mean_below')::numeric as mean_below
    from release
    cross join jsonb_to_recordset(%(expert_rules)s::jsonb) as stated (id text, "from" date, until date, reviews jsonb)
    where stated.reviews is not null and stated."from" <= release.as_of and (stated.until > release.as_of) is not false
),

work as (
    select
        rule.rule_id, review.subject_key, count(distinct review.project_number) as reviews,
        min(review.score) as lowest, avg(review.score) as mean,
        jsonb_agg(review.record_key || '=' || trim_scale(review.score) order by review.record_key) as facts
    from rule
    cross join release
    inner join sharing.expert_review as review
        on
            review.reviewed_on <= release.as_of
            and (review.reviewed_on + make_interval(months => rule.within_months))::date > release.as_of
            and (review.withdrawn_on > release.as_of) is not false
    group by rule.rule_id, review.subject_key
)

insert into pg_temp.expert_fulfilled (subject_key, rule_id, effective_from, evidence, facts)
select
    work.subject_key, work.rule_id, release.as_of,
    jsonb_build_object('reviews', work.reviews, 'lowest', work.lowest, 'mean', round(work.mean, 2)), work.facts
from work
inner join rule on work.rule_id = rule.rule_id
cross join release
where
    work.reviews >= rule.at_least
    and (work.lowest >= rule.lowest_at_least) is not false
    and (work.mean < rule.mean_below) is not false
