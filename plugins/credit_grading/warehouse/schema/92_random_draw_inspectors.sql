-- Who may be drawn to inspect, and who must not inspect whom: part of a draw's frame.

-- From the directory as it is known now: on duty, of the item's business line, certificate valid to the period's end.
create or replace function supervision.list_inspectors(number text, item text, line text, last_day date) returns void
language plpgsql
as $$
begin
    if to_regclass('thematic_public_credit.inspector') is null then
        raise exception '尚无执法检查人员名录（there is no directory of inspectors yet）';
    end if;
    insert into supervision.draw_inspector
    select distinct on (person_key)
        number, supervision.inspector_code(person_key), certificate_number, department_name
    from thematic_public_credit.inspector
    where
        known_until is null and is_active and business_line = line
        and (certificate_valid_until is null or certificate_valid_until >= last_day)
    order by person_key, known_from desc, record_key;
    if not found then
        raise exception '名录中没有业务条线“%”的在岗人员（the directory has nobody on duty for this line）', line;
    end if;
    -- 回避: declared, the own employer, and whoever was at the subject when this item drew it the last time
    insert into supervision.draw_recusal
    with directory as (
        select distinct
            supervision.inspector_code(person_key) as inspector_code, department_code
        from thematic_public_credit.inspector where known_until is null
    ),

    declared as (
        select distinct on (recusal.inspector_code, recusal.subject_key) recusal.*
        from supervision.recusal
        order by recusal.inspector_code, recusal.subject_key, recusal.recusal_id desc
    ),

    last_time as (
        select distinct on (assigned.subject_key) assigned.subject_key, assigned.draw_number
        from supervision.drawn_subject as assigned
        inner join supervision.draw using (draw_number)
        inner join supervision.inspection_plan using (plan_id)
        inner join supervision.item_version using (version_id)
        where item_version.item_id = item and not supervision.is_cancelled(assigned.draw_number)
        order by assigned.subject_key, inspection_plan.period_from desc
    ),

    ground as (
        select inspector_code, subject_key, 'declared' as ground from declared where is_recused
        union
        select inspector_code, department_code, 'employer' from directory
        union
        select assigned.inspector_code, assigned.subject_key, 'inspected_last_time'
        from last_time inner join supervision.draw_assignment as assigned using (draw_number, subject_key)
    )

    select number, ground.inspector_code, ground.subject_key, ground.ground
    from ground
    inner join supervision.draw_inspector as listed on ground.inspector_code = listed.inspector_code
    inner join supervision.draw_frame as frame on ground.subject_key = frame.subject_key
    where listed.draw_number = number and frame.draw_number = number;
end
$$;
