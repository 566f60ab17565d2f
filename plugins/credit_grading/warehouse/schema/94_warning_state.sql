-- What departments read of warnings; 96_warning_policies.sql says who. The state of an acknowledgement is the asking
-- department's own.
create or replace view sharing.warning with (security_invoker = true) as
select
    raised.warning_id,
    raised.rule_id,
    raised.rule_version,
    warning_rule.kind,
    warning_rule.severity,
    warning_rule.title_zh,
    warning_rule.title_en,
    warning_rule.legal_basis,
    raised.rulebook_id,
    raised.subject_key,
    raised.facet,
    raised.occurrence,
    raised.department_id,
    raised.message_zh,
    raised.evidence,
    raised.since_on,
    raised.publication_id,
    raised.as_of as raised_on,
    ended.as_of as ended_on,
    ended.cause,
    ended.sequence is null as is_open,
    acknowledgement.action_zh,
    acknowledgement.acknowledged_at
from sharing.warning_event as raised
inner join sharing.warning_rule
    on raised.rule_id = warning_rule.rule_id and raised.rule_version = warning_rule.rule_version
left join sharing.warning_event as ended on raised.warning_id = ended.warning_id and ended.event = 'ended'
left join lateral (
    select warning_acknowledgement.action_zh, warning_acknowledgement.acknowledged_at
    from sharing.warning_acknowledgement
    where
        warning_acknowledgement.warning_id = raised.warning_id
        and warning_acknowledgement.department_id = sharing.current_department()
    order by warning_acknowledgement.acknowledgement_id desc
    limit 1
) as acknowledgement on true
where raised.event = 'raised';

-- Refuses in plain words, before the row policy would in Postgres' own. Runs as whoever inserts: what it may not see
-- does not exist for it.
create or replace function sharing.check_warning_acknowledgement() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from sharing.warning_event as raised
        where raised.warning_id = new.warning_id and raised.event = 'raised'
    ) then
        raise exception '没有编号为 % 的预警，或本部门无权查看（no such warning for this department）', new.warning_id
            using errcode = 'foreign_key_violation';
    end if;
    if char_length(btrim(coalesce(new.action_zh, ''))) not between 1 and 2000 then
        raise exception '请写明处理情况，不超过2000字（say what is being done, in at most 2000 characters）'
            using errcode = 'check_violation';
    end if;
    return new;
end
$$;
do $$
begin
    -- made only where missing: a trigger locks writers out
    if not exists (
        select from pg_trigger
        where tgrelid = 'sharing.warning_acknowledgement'::regclass and tgname = 'acknowledgement_is_checked'
    ) then
        create trigger acknowledgement_is_checked before insert on sharing.warning_acknowledgement
        for each row execute function sharing.check_warning_acknowledgement();
    end if;
end
$$;
