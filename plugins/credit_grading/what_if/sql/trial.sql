-- What was tried, on what.
insert into what_if.trial (
    made_by, as_of, knowledge_at, compared_run_id, drafts, noise_percent, draws, seed, sample_limit, mover_limit
) values (
    coalesce(%(made_by)s, session_user), %(as_of)s, %(knowledge_at)s, %(compared_run_id)s, %(drafts)s,
    %(noise_percent)s, %(draws)s, %(seed)s, %(sample_limit)s, %(mover_limit)s
)
returning trial_id;
