-- Which keys the hash of persons was made with, and who is who after a change. No key and no identity number is here.

-- The newest row is the key in use. `check_value` is a keyed hash of a fixed text: the same key gives the same value.
create table if not exists landing.person_key (
    position bigint generated always as identity primary key,
    check_value text collate "C" not null unique,
    used_from timestamptz not null default clock_timestamp()
);

-- One row per person seen while the former key was configured beside the new one.
create table if not exists landing.person_key_succession (
    person_key text collate "C" primary key,
    former_key text collate "C" not null unique,
    -- the person under the first key of all: what makes a record of theirs the same record under every later key
    first_key text collate "C" not null,
    known_from timestamptz not null default clock_timestamp()
);
