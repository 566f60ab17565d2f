-- Who is kept out of bidding or procurement, and what is known of a supplier. Both run with the rights of who asks.

-- field: bidding 招标投标, procurement 政府采购. kind: 'ban' a decision on the firm, with the days it names; 'lasting_limit'
-- a limit of a rulebook that lasts some months (its first day is not published); 'grade' the grade means exclusion as
-- long as it holds. Half-open; excluded_until null = no end is known. A ban that was withdrawn ends on that day; credit
-- repair does not end it. Bans whose days nobody reported are not here: no law says them of a firm without a decision.
create or replace view sharing.disqualification with (security_invoker = true) as
select
    subject_key, 'bidding' as field, 'ban' as kind,
    coalesce(ban_from, valid_from) as excluded_from, least(ban_until, withdrawn_on) as excluded_until,
    reason as reason_zh, department_id as decided_by, document_number, record_key, null::text as legal_basis
from sharing.bidding_bad_behaviour
where (ban_from is not null or ban_until is not null) and (withdrawn_on <= coalesce(ban_from, valid_from)) is not true
union all
select
    subject_key, 'procurement', 'ban', coalesce(ban_from, penalised_on), least(ban_until, withdrawn_on),
    circumstances, enforcement_authority, document_number, record_key, penalty_basis
from sharing.procurement_violation
where (ban_from is not null or ban_until is not null) and (withdrawn_on <= coalesce(ban_from, penalised_on)) is not true
union all
select
    hit.subject_key, case hit.rulebook_id when 'bidding_participant' then 'bidding' else 'procurement' end,
    'lasting_limit', null, hit.holds_until, grade_limit.title_zh, rulebook.authority_zh, null,
    hit.records -> 0 ->> 'record_key', grade_limit.legal_basis
from sharing.limit_hit as hit
inner join sharing.grade_limit on hit.rulebook_id = grade_limit.rulebook_id and hit.limit_id = grade_limit.limit_id
inner join sharing.rulebook on hit.rulebook_id = rulebook.rulebook_id
where hit.rulebook_id in ('bidding_participant', 'procurement_supplier') and hit.holds_until is not null
union all
select
    grade.subject_key, case grade.rulebook_id when 'bidding_participant' then 'bidding' else 'procurement' end,
    'grade', since.as_of, null, effect.effect_zh, rulebook.authority_zh, null, null, effect.legal_basis
from sharing.grade
inner join sharing.scenario_effect as effect on grade.rulebook_id = effect.rulebook_id and grade.grade = effect.grade
inner join sharing.rulebook on grade.rulebook_id = rulebook.rulebook_id
left join lateral (
    select change.as_of
    from sharing.grade_change as change
    where
        (change.subject_key, change.rulebook_id, change.facet) = (grade.subject_key, grade.rulebook_id, grade.facet)
        and change.grade is distinct from change.previous_grade
    order by change.sequence desc
    limit 1
) as since on true
where
    grade.rulebook_id in ('bidding_participant', 'procurement_supplier')
    and effect.scenario = 'public_resource_trading' and effect.effect = 'exclusion';

-- A supplier by credit code, or by part of its name: one row for each that fits, none where none does or where the
-- department may not read suppliers. Grades of other rulebooks are those that it may read.
create or replace function sharing.supplier_query(name_or_code text)
returns table (
    subject_key text, supplier_name text, supplier_kind text, registered_on date, left_on date,
    contracts_signed bigint, contract_amount numeric, contracts_assessed bigint, contracts_on_time bigint,
    complaints_upheld bigint, grades jsonb, measures jsonb, procurement_effects jsonb, violations jsonb,
    disqualifications jsonb
)
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select
        supplier.subject_key, supplier.supplier_name, supplier.supplier_kind, supplier.registered_on, supplier.left_on,
        supplier.contracts_signed, supplier.contract_amount, supplier.contracts_assessed, supplier.contracts_on_time,
        supplier.complaints_upheld, graded.grades, meaning.measures, meaning.effects,
        (
            select coalesce(
                jsonb_agg(to_jsonb(violation) order by violation.penalised_on desc, violation.record_key), '[]'
            )
            from sharing.procurement_violation as violation where violation.subject_key = supplier.subject_key
        ),
        (
            select coalesce(
                jsonb_agg(to_jsonb(ban) order by ban.field, ban.kind, ban.excluded_from, ban.record_key), '[]'
            )
            from sharing.disqualification as ban where ban.subject_key = supplier.subject_key
        )
    from sharing.procurement_supplier as supplier
    cross join lateral (
        select coalesce(jsonb_agg(jsonb_build_object(
            'rulebook_id', grade.rulebook_id, 'facet', grade.facet, 'score', grade.score, 'grade', grade.grade,
            'city_grade', grade.city_grade, 'grade_status', grade.grade_status, 'as_of', grade.as_of
        ) order by grade.rulebook_id, grade.facet), '[]') as grades
        from sharing.grade where grade.subject_key = supplier.subject_key
    ) as graded
    cross join lateral (
        select
            coalesce(jsonb_agg(told.said order by told.position) filter (where told.kind = 'measure'), '[]')
            as measures,
            coalesce(jsonb_agg(told.said order by told.position) filter (where told.kind = 'effect'), '[]') as effects
        from (
            select 'measure' as kind, measure.position, to_jsonb(measure) as said
            from sharing.grade inner join sharing.measure using (rulebook_id, grade)
            where grade.subject_key = supplier.subject_key and grade.rulebook_id = 'procurement_supplier'
            union all
            select 'effect', consequence.position, to_jsonb(consequence)
            from sharing.grade inner join sharing.scenario_effect as consequence using (rulebook_id, grade)
            where
                grade.subject_key = supplier.subject_key and grade.rulebook_id = 'procurement_supplier'
                and consequence.scenario = 'public_resource_trading'
        ) as told
    ) as meaning
    where
        supplier.subject_key = btrim(supplier_query.name_or_code)
        or (
            btrim(supplier_query.name_or_code) <> ''
            and strpos(
                normalize(supplier.supplier_name, nfkc), normalize(btrim(supplier_query.name_or_code), nfkc)
            ) > 0
        )
$$;
