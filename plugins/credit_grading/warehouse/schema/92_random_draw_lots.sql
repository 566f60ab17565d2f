-- How lots are drawn. docs/double_random.md says the same for whoever wants to repeat a draw without this project.

-- The code of an inspector, the same in every draw: says nothing about the person to whoever lacks the person's key.
create or replace function supervision.inspector_code(person_key text) returns text
language sql immutable parallel safe
as $$ select 'I' || left(encode(sha256(convert_to(person_key, 'UTF8')), 'hex'), 12) $$;

create or replace function supervision.lot(words text) returns text
language sql immutable parallel safe
as $$ select encode(sha256(convert_to(words, 'UTF8')), 'hex') collate "C" $$;

-- SHA-256 of everything that a draw is made from, as lines in the order of their bytes.
create or replace function supervision.frame_hash(wanted text) returns text
language sql stable
as $$
    select supervision.lot(string_agg(line || E'\n', '' order by line collate "C"))
    from (
        select concat_ws('|', 'stratum', stratum, subjects, to_draw) as line
        from supervision.draw_stratum where draw_number = wanted
        union all
        select concat_ws('|', 'subject', stratum, subject_key) from supervision.draw_frame where draw_number = wanted
        union all
        select concat_ws('|', 'inspector', inspector_code) from supervision.draw_inspector where draw_number = wanted
        union all
        select concat_ws('|', 'recusal', inspector_code, subject_key, ground)
        from supervision.draw_recusal where draw_number = wanted
    ) as frame
$$;

-- Subjects: in each stratum those with the lowest lots. A seed need not be the draw's: tests try thousands.
create or replace function supervision.draw_subjects(wanted text, seed text)
returns table (subject_key text, stratum text, place bigint, lot text)
language sql stable
as $$
    select ordered.subject_key, ordered.stratum, ordered.place, ordered.lot
    from (
        select
            lots.*, row_number() over (partition by lots.stratum order by lots.lot, lots.subject_key) as place
        from (
            select
                frame.subject_key, frame.stratum,
                supervision.lot(concat_ws('|', seed, wanted, frame.stratum, frame.subject_key)) as lot
            from supervision.draw_frame as frame where frame.draw_number = wanted
        ) as lots
    ) as ordered
    inner join supervision.draw_stratum as drawn on ordered.stratum = drawn.stratum
    where drawn.draw_number = wanted and ordered.place <= drawn.to_draw
$$;
