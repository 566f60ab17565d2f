-- Inspectors, subject by subject in the order of the subjects' lots: of those who may, the least burdened, and among
-- these the lowest lot. Who may: is not recused from the subject, has not reached the limit, and has met nobody who is
-- at the subject already at another subject of this draw. Ends after subjects × places steps.
create or replace function supervision.assign_inspectors(wanted text, seed text, places integer, workload_limit integer)
returns table (subject_key text, place integer, inspector_code text, unassigned_reason text)
language plpgsql stable
as $$
declare
    codes text[] := array(
        select listed.inspector_code from supervision.draw_inspector as listed
        where listed.draw_number = wanted order by 1
    );
    many integer := cardinality(codes);
    loads integer[] := array_fill(0, array[greatest(many, 1)]);
    -- place (a - 1) * many + b: a and b were at one subject together
    met boolean[] := array_fill(false, array[greatest(many * many, 1)]);
    recused text[];
    here integer[];
    other integer;
    chosen integer;
    -- of the best candidate: what stands in its way, the mildest first
    in_the_way integer;
begin
    for subject_key in
        select drawn.subject_key from supervision.draw_subjects(wanted, seed) as drawn order by drawn.lot, 1
    loop
        here := '{}';
        recused := array(
            select listed.inspector_code from supervision.draw_recusal as listed
            where listed.draw_number = wanted and listed.subject_key = assign_inspectors.subject_key
        );
        for number in 1..places loop
            with candidate as materialized (
                select
                    nr, loads[nr] as burden,
                    case
                        when codes[nr] = any(recused) then 3
                        when loads[nr] >= workload_limit then 2
                        when exists (select from unnest(here) as present where met[(present - 1) * many + nr]) then 1
                        else 0
                    end as obstacle
                from generate_series(1, many) as nr where nr <> all(here)
            ),

            best as (select obstacle, burden from candidate order by obstacle, burden limit 1)

            select candidate.nr, candidate.obstacle into chosen, in_the_way
            from candidate inner join best using (obstacle, burden)
            order by supervision.lot(concat_ws('|', seed, wanted, subject_key, codes[candidate.nr])), candidate.nr
            limit 1;
            place := number;
            inspector_code := case when in_the_way = 0 then codes[chosen] end;
            unassigned_reason := case coalesce(in_the_way, 4)
                when 1 then 'repeat_pairing' when 2 then 'workload' when 3 then 'recusal'
                when 4 then 'too_few_inspectors'
            end;
            if in_the_way = 0 then
                loads[chosen] := loads[chosen] + 1;
                foreach other in array here loop
                    met[(other - 1) * many + chosen] := true;
                    met[(chosen - 1) * many + other] := true;
                end loop;
                here := here || chosen;
            end if;
            return next;
        end loop;
    end loop;
end
$$;
