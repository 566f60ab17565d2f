-- How the bench's city is drawn: every draw hashes a number, so the same sizes always give the same city.
drop schema if exists bench cascade;
create schema bench;
create schema if not exists thematic;

-- a number in [0, size), another one for each purpose
create or replace function bench.draw(number bigint, purpose integer, size bigint) returns bigint
language sql immutable parallel safe
return mod(hashint8extended(number, purpose) & 9223372036854775807, size);

-- 18 characters in the form of GB 32100-2015: 91, division, organisation; the check character is not a real one
create or replace function bench.subject_key(subject bigint) returns text
language sql immutable parallel safe
return '915001' || lpad(bench.draw(subject, 1, 38)::text, 2, '0') || 'M'
|| lpad(upper(to_hex(mod(subject * 2654435761, 4294967296))), 8, '0') || bench.draw(subject, 2, 10);

-- the subject that stands at a place of a group's list; a prime stride makes each group another part of the city
create or replace function bench.member(place bigint, stride bigint, subjects bigint) returns bigint
language sql immutable parallel safe
return mod(place * stride, subjects);

-- a place in [0, size), made of a draw in [0, 2^31): the first places come some 25 times as often as the average,
-- the last half as often
create or replace function bench.skewed(draw bigint, size bigint) returns bigint
language sql immutable parallel safe
return (((draw * (draw + 42949672)) >> 31) * size) / 2190433321;

drop table if exists thematic.credit_record cascade;
create unlogged table thematic.credit_record (
    record_id text collate "C" not null, record_key text collate "C" not null,
    catalogue_item_id text collate "C" not null, subject_key text collate "C" not null,
    reported_subject_key text collate "C" not null, facet text collate "C" not null,
    department_id text collate "C" not null, contract_id text collate "C" not null,
    behaviour_code text collate "C" not null, severity text collate "C" not null,
    occurred_on date not null, effective_from date not null, effective_until date,
    points_declared numeric, points_counted numeric, quantity numeric not null, amount numeric,
    case_id text collate "C", repaired_on date, withdrawn_on date, summary text collate "C" not null,
    known_from timestamptz not null, known_until timestamptz, batch_id bigint not null, row_number bigint not null
);
