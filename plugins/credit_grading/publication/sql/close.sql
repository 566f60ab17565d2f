update evaluation.run
set state = 'published', reason = null, closed_at = clock_timestamp()
where run_id = %(run_id)s
