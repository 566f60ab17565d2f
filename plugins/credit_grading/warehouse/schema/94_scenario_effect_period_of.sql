-- Every effect of one subject's grades in a scenario on a day, strictest first; without a scenario in all of them,
-- without a day today. Runs as whoever asks: of rulebooks that it may not read there is no row.
create or replace function sharing.effect_of(
    subject text, wanted_scenario text default null, on_day date default null
)
returns setof sharing.effect_period
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if wanted_scenario is not null and wanted_scenario not in (
        'approval', 'public_service', 'public_resource_trading'
    ) then
        raise exception '没有应用场景 %（no such scenario）；可用 approval 审批服务、public_service 公共服务、'
            'public_resource_trading 公共资源交易', wanted_scenario
            using errcode = 'invalid_parameter_value';
    end if;
    return query
    select effect_period.*
    from sharing.effect_period
    where
        effect_period.subject_key = subject
        and (wanted_scenario is null or effect_period.scenario = wanted_scenario)
        and effect_period.valid_from <= coalesce(on_day, (now() at time zone 'Asia/Shanghai')::date)
        and (
            effect_period.valid_until is null
            or effect_period.valid_until > coalesce(on_day, (now() at time zone 'Asia/Shanghai')::date)
        )
    order by
        effect_period.strictness,
        -- within one kind the strictest value first
        case effect_period.effect when 'bid_points' then effect_period.value else - effect_period.value end,
        effect_period.rulebook_id, effect_period.facet, effect_period.position;
end
$$;
