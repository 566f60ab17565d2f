-- One run at a time: two would each find that nothing was proposed yet. Any fixed number that nobody else uses.
select pg_advisory_xact_lock(7220195);
create temporary table expert_fulfilled (
    subject_key text collate "C" not null,
    rule_id text collate "C" not null,
    effective_from date not null,
    effective_until date,
    evidence jsonb not null,
    -- as texts, so that one set of facts can be told to hold another
    facts jsonb not null
) on commit drop;
