-- The steps of a draw: commit (hash first), make (seed after), cancel (seen by everybody). Two at once wait.

create or replace function supervision.is_cancelled(wanted text) returns boolean
language sql stable
as $$ select exists (select from supervision.draw_event where draw_number = wanted and event = 'cancelled') $$;

-- Fix what a draw is made from, together with the hash of its seed; returns the draw's number.
create or replace function supervision.commit_draw(wanted_item text, begins date, commitment text, who text)
returns text
language plpgsql
as $$
declare
    plan supervision.inspection_plan;
    item supervision.item_version;
    planned bigint;
    standing text;
    number text;
begin
    perform pg_advisory_xact_lock(7220392);
    -- plan and frame are of one release: the next one waits
    lock table sharing.publication in share mode;
    select draw_number into standing from supervision.draw inner join supervision.inspection_plan using (plan_id)
    inner join supervision.item_version using (version_id)
    where item_id = wanted_item and period_from = begins and not supervision.is_cancelled(draw_number);
    if standing is not null then
        raise exception '本周期已有抽取 %；须先公开作废（there is a draw of this period: cancel it first）', standing;
    end if;
    planned := supervision.plan_inspection(wanted_item, begins);
    select * into plan from supervision.inspection_plan where plan_id = planned;
    select * into item from supervision.item_version where version_id = plan.version_id;
    number := format('%s-%s-%s', wanted_item, to_char(begins, 'YYYY-MM'), 1 + (
        select count(*) from supervision.draw inner join supervision.inspection_plan using (plan_id)
        inner join supervision.item_version using (version_id) where item_id = wanted_item and period_from = begins
    ));
    insert into supervision.draw_stratum
    select number, grade, subjects, to_draw from supervision.plan_grade where plan_id = plan.plan_id and to_draw > 0;
    if not found then
        raise exception '本周期没有应抽取的主体（nobody is to be drawn in this period）: % %', wanted_item, begins;
    end if;
    insert into supervision.draw_frame
    select number, subject.subject_key, subject.grade, subject.subject_name, subject.division_code
    from supervision.item_subject(plan.version_id) as subject
    inner join supervision.draw_stratum on number = draw_number and subject.grade = stratum;
    perform supervision.list_inspectors(number, item.item_id, item.business_line, plan.period_until - 1);
    insert into supervision.draw
    values (
        number, plan.plan_id, commitment, supervision.frame_hash(number), item.inspectors_per_subject,
        item.workload_limit, calendar.add_working_days(plan.period_until - 1, item.result_working_days), who
    );
    return number;
end
$$;

-- Draw with the seed that was committed to; returns whether it drew now. Repeated, it changes nothing.
create or replace function supervision.make_draw(wanted text, revealed text, who text) returns boolean
language plpgsql
as $$
declare
    committed supervision.draw;
    earlier text;
begin
    perform pg_advisory_xact_lock(7220392);
    select * into committed from supervision.draw where draw_number = wanted;
    select seed into earlier from supervision.draw_event where draw_number = wanted and event = 'drawn';
    if committed.draw_number is null then
        raise exception '没有这一抽取（there is no such draw）: %', wanted;
    elsif earlier = revealed then
        return false;
    elsif earlier is not null then
        raise exception '抽取 % 已经完成，不得重抽（is drawn already, and not drawn again）', wanted;
    elsif supervision.is_cancelled(wanted) then
        raise exception '抽取 % 已作废（is cancelled）', wanted;
    elsif supervision.lot(revealed) <> committed.seed_commitment then
        raise exception '种子与事先公布的哈希不符（the seed is not the one committed to）: %', wanted;
    elsif supervision.frame_hash(wanted) <> committed.frame_hash then
        raise exception '抽取 % 的名单在公布之后被改动（the frame was changed after the commitment）', wanted;
    end if;
    insert into supervision.draw_event (draw_number, event, seed, recorded_by) values (wanted, 'drawn', revealed, who);
    insert into supervision.drawn_subject
    select wanted, subject_key, stratum, place, lot from supervision.draw_subjects(wanted, revealed);
    insert into supervision.draw_assignment
    select wanted, assigned.* from supervision.assign_inspectors(
        wanted, revealed, committed.inspectors_per_subject, committed.workload_limit
    ) as assigned;
    return true;
end
$$;

create or replace function supervision.cancel_draw(wanted text, why text, who text) returns void
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(7220392);
    if not exists (select from supervision.draw where draw_number = wanted) then
        raise exception '没有这一抽取（there is no such draw）: %', wanted;
    elsif supervision.is_cancelled(wanted) then
        raise exception '抽取 % 已作废（is cancelled already）', wanted;
    elsif coalesce(trim(why), '') = '' or coalesce(trim(who), '') = '' then
        raise exception '作废须写明理由和决定人（a cancellation needs a reason and a name）';
    end if;
    insert into supervision.draw_event (draw_number, event, reason, recorded_by)
    values (wanted, 'cancelled', trim(why), trim(who));
end
$$;
