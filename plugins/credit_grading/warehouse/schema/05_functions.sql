-- What staging asks of every value, as expressions the planner can inline: quick on millions of rows.
create schema if not exists staging;

-- Form of a unified social credit code, GB 32100-2015: 18 characters of the code's own alphabet (no I O S V Z),
-- with the administrative division in digits at 3–8. The division is not looked up: a code keeps the division of
-- the day it was given (梁平 is 500228 in old codes, 500155 today).
create or replace function staging.credit_code_has_form(code text) returns boolean
language sql immutable parallel safe
as $$ select code ~ '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$' $$;

-- Position in the alphabet 0123456789ABCDEFGHJKLMNPQRTUWXY (GB 32100-2015) of the code's character at a place.
create or replace function staging.credit_code_value(code text, place integer) returns integer
language sql immutable parallel safe
as $$
    select get_byte(
        '\x00010203040506070809ffffffffffffff0a0b0c0d0e0f1011ff1213141516ff171819ff1a1bff1c1d1eff'::bytea,
        least(greatest(ascii(substr(code, place, 1)) - 48, 0), 42)
    )
$$;

-- Check digit of GB 32100-2015: weights 3^(i-1) mod 31, check = (31 - sum mod 31) mod 31.
-- The last character can be any of the 31, not only a digit or X. False where the form is wrong, null for null.
create or replace function staging.credit_code_is_valid(code text) returns boolean
language sql immutable parallel safe
as $$
    select case when staging.credit_code_has_form(code) then
        (
            staging.credit_code_value(code, 1) + 3 * staging.credit_code_value(code, 2)
            + 9 * staging.credit_code_value(code, 3) + 27 * staging.credit_code_value(code, 4)
            + 19 * staging.credit_code_value(code, 5) + 26 * staging.credit_code_value(code, 6)
            + 16 * staging.credit_code_value(code, 7) + 17 * staging.credit_code_value(code, 8)
            + 20 * staging.credit_code_value(code, 9) + 29 * staging.credit_code_value(code, 10)
            + 25 * staging.credit_code_value(code, 11) + 13 * staging.credit_code_value(code, 12)
            + 8 * staging.credit_code_value(code, 13) + 24 * staging.credit_code_value(code, 14)
            + 10 * staging.credit_code_value(code, 15) + 30 * staging.credit_code_value(code, 16)
            + 28 * staging.credit_code_value(code, 17) + staging.credit_code_value(code, 18)
        ) % 31 = 0
    else code is null and null end
$$;

-- One spelling of a name, for comparing: full-width becomes half-width (（）→()), no white space, and nothing that
-- nobody sees: zero-width characters, byte order marks, marks of writing direction (as sources/characters.py).
create or replace function staging.normalised_name(name text) returns text
language sql immutable parallel safe
as $$ select translate(
    normalize(name, nfkc),
    E' \t\r\n\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e'
    '\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffa\ufffb',
    ''
) $$;

-- An organisation code, GB 11714, without its hyphen; null where it is none. Eight characters with weights 3 7 9 10 5 8
-- 4 2, check character 11 - sum mod 11 (10 is X, 11 is 0). One character eight times is a filler (assumption: 本项目假设).
-- A whole credit code in its place holds it at 9-17 (GB 32100-2015).
create or replace function staging.organisation_code(value text) returns text
language sql immutable parallel safe
as $$
    select case
        when staging.credit_code_is_valid(given.code) then substr(given.code, 9, 9)
        when given.code ~ '^[0-9A-Z]{8}[0-9X]$' and given.code !~ '^(.)\1{7}' and right(given.code, 1) = (
            select substr('0X987654321', 1 + (sum(
                weight.factor * (strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(given.code, weight.place, 1)) - 1)
            ) % 11)::integer, 1)
            from (values (1, 3), (2, 7), (3, 9), (4, 10), (5, 5), (6, 8), (7, 4), (8, 2)) as weight (place, factor)
        ) then given.code
    end
    from (select translate(upper(staging.normalised_name(value)), '-', '') as code) as given
$$;

-- A registration number of the registry (工商注册号): 15 digits, GS 15-2006, unique and never given again; before that 13.
-- One digit all along is a filler (both assumptions: 本项目假设). Null where it is none.
create or replace function staging.registration_number(value text) returns text
language sql immutable parallel safe
as $$
    select given.number
    from (select staging.normalised_name(value) as number) as given
    where given.number ~ '^([0-9]{13}|[0-9]{15})$' and given.number !~ '^(.)\1*$'
$$;

-- YYYY-MM-DD, YYYY/M/D, YYYYMMDD or YYYY年M月D日, also with midnight behind it; null where it is no such date.
create or replace function staging.parsed_date(value text) returns date
language sql stable parallel safe
as $$
    select case
        when value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{8}$'
            then case when pg_input_is_valid(value, 'date') then value::date end
        when value ~ '^[0-9]{4}([-/][0-9]{1,2}[-/][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)([ T]00:00(:00(\.0+)?)?)?$'
            then case
                when pg_input_is_valid(translate(substring(value, '^[^日 T]+'), '/年月', '---'), 'date')
                    then translate(substring(value, '^[^日 T]+'), '/年月', '---')::date
            end
    end
$$;

-- A decimal number, thousands separated by commas or not; null where it is none. Never NaN or infinity.
create or replace function staging.parsed_number(value text) returns numeric
language sql immutable parallel safe
as $$
    select case
        when value ~ '^[-+]?([0-9]{1,30}|[0-9]{1,3}(,[0-9]{3}){1,9})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,2})?$'
            then replace(value, ',', '')::numeric
    end
$$;

-- What orders the versions of a record, as a number: a number itself, or a moment (YYYY-MM-DD or YYYY/MM/DD with a time
-- of day or without) as seconds; null where it is neither. An offset from UTC is not looked at.
create or replace function staging.parsed_sequence(value text) returns numeric
language sql stable parallel safe
as $$
    select case
        when value ~ '^[0-9]{1,30}(\.[0-9]{1,12})?$' then value::numeric
        when
            value ~ '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T]|$)'
            and pg_input_is_valid(translate(value, '/', '-'), 'timestamp')
            then extract(epoch from translate(value, '/', '-')::timestamp)
    end
$$;
