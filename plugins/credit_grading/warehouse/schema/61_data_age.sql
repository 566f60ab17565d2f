-- How old the data is that a grade stands on.
-- Every feed that delivers records of a catalogue item that the rulebook, or one whose score it reads, looks at.
create table if not exists sharing.rulebook_data_age (
    rulebook_id text collate "C" not null,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    title_zh text not null,
    -- the rest as in sharing.feed_age; null and carried over: the feed never sent anything
    last_received_at timestamptz,
    last_outcome text collate "C",
    age_days integer,
    is_carried_over boolean not null,
    feed_state text collate "C",
    due_on date,
    primary key (rulebook_id, department_id, feed_id)
);

-- Beside each grade the age of its data. Nobody can say of a single subject that a silent feed held nothing about it:
-- all feeds of the rulebook stand behind each of its grades.
create or replace view sharing.grade_data_age with (security_invoker = true) as
select
    grade.rulebook_id,
    grade.subject_key,
    grade.facet,
    age.feeds,
    age.oldest_age_days,
    age.carried_over_feeds,
    age.carried_over_feeds > 0 as is_carried_over
from sharing.grade
inner join (
    select
        rulebook_id,
        count(*) as feeds,
        max(age_days) as oldest_age_days,
        count(*) filter (where is_carried_over) as carried_over_feeds
    from sharing.rulebook_data_age
    group by rulebook_id
) as age on grade.rulebook_id = age.rulebook_id;
