-- Why this run must not be published: one row per reason, none when it may.
with run as (
    select run_id, as_of, state
    from evaluation.run
    where run_id = %(run_id)s
),

newest_verdict as (
    select distinct on (gate) gate, outcome, reason, candidate_fingerprint
    from quality.verdict
    where run_id = %(run_id)s
    order by gate, verdict_id desc
),

demanded as (
    select
        gate.gate,
        gate.title_zh,
        newest_verdict.outcome,
        newest_verdict.reason
    from (values ('staging', '入库检验'), ('publication', '发布检验')) as gate (gate, title_zh)
    left join newest_verdict on gate.gate = newest_verdict.gate
)

select format('没有编号为 %%s 的评价运行 (no such run)', %(run_id)s) as reason
where not exists (select from run)
union all
select format('评价运行 %%s 已放弃 (run abandoned)', run_id)
from run
where state = 'abandoned'
union all
select format('本次运行没有%%s结论 (no %%s verdict)', title_zh, gate)
from demanded
where outcome is null
union all
select format('本次运行最新的%%s未通过 (%%s verdict failed)：%%s', title_zh, gate, reason)
from demanded
where outcome = 'failed'
union all
select '待发布数据与检验时不一致 (candidates are not what the gate examined)'
from newest_verdict
where
    gate = 'publication'
    and outcome = 'passed'
    -- in a subquery of its own: the planner would compute it once more for its estimate
    and candidate_fingerprint is distinct from (select quality.candidate_fingerprint())
union all
select format('待发布等级不属于本次运行的基准日 %%s (candidates of another date)', as_of)
from run
where exists (select from candidate.grade where grade.as_of <> run.as_of)
union all
select format('基准日 %%s 早于已发布的基准日 %%s (older than the last release)', run.as_of, released.as_of)
from run
cross join (select as_of from sharing.publication order by publication_id desc limit 1) as released
where run.as_of < released.as_of
union all
select
    format(
        '第 %%s 次发布是回退（%%s），尚未恢复发布：原因排除后执行 resume_releases (held by a roll-back until resume_releases)',
        publication_id, reason
    )
from sharing.roll_back
where
    holds_releases and resumed_by is null
    and publication_id = (select max(newest.publication_id) from sharing.publication as newest)
