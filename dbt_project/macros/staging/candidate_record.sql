{#- CTE `candidate`: every record that a version of `referring` may be about, in pieces of time, by its own subject
    (`is_named`) or by one that stands under the same key by then (see referred_record, whose CTEs it continues). -#}
{% macro candidate_record(subject_link) %}
link as (select * from {{ subject_link }}),

same_document as (
    select
        referring.*, documented.record_key as referred_record_key, documented.subject_key as referred_subject_key,
        documented.occurred_on, documented.occurred_on <= referring.referring_day as is_possible,
        referring.subject_key = documented.subject_key
        or (
            num_nulls(nullif(referring.subject_kind, 'coded'), nullif(documented.subject_kind, 'coded')) < 2
            and referring.subject_name = staging.normalised_name(documented.subject_name)
        ) as is_named,
        greatest(referring.version_from, documented.known_from) as known_from,
        least(referring.version_until, documented.known_until) as known_until
    from referring
    inner join documented
        on
            referring.contract_id = documented.contract_id
            and referring.document_number = staging.normalised_name(documented.document_number)
    where
        coalesce(least(referring.version_until, documented.known_until), 'infinity')
        > greatest(referring.version_from, documented.known_from)
),

-- a number like 无 stands in many records: only pairs are kept that can be one subject
pair as (
    select *
    from same_document
    where
        is_named
        or subject_key in (select reported_subject_key from link)
        or referred_subject_key in (select reported_subject_key from link)
),

concerned as (
    select subject_key from pair where is_named is not true
    union
    select referred_subject_key from pair where is_named is not true
),

-- two that are merged are still not each other: one of them has to stand under its own key, or neither was merged
standing as (
    select
        subject_key as reported_subject_key, subject_key, '-infinity'::date as day_from, 'infinity'::date as day_until,
        '-infinity'::timestamptz as known_from, null::timestamptz as known_until, null::boolean as is_same_firm
    from concerned
    union all
    select
        reported_subject_key, subject_key, day_from, coalesce(day_until, 'infinity'), known_from, known_until,
        reason not in ('absorption', 'consolidation')
    from link
    where reported_subject_key in (select subject_key from concerned)
),

candidate as (
    select record_key, version_from, version_until, referred_record_key, is_possible, known_from, known_until, is_named
    from pair
    where is_named
    union all
    select
        pair.record_key, pair.version_from, pair.version_until, pair.referred_record_key, pair.is_possible,
        greatest(pair.known_from, here.known_from, there.known_from) as known_from,
        least(pair.known_until, here.known_until, there.known_until) as known_until, false as is_named
    from pair
    inner join standing as here
        on
            pair.subject_key = here.reported_subject_key
            and pair.referring_day >= here.day_from and pair.referring_day < here.day_until
    inner join standing as there
        on
            pair.referred_subject_key = there.reported_subject_key and here.subject_key = there.subject_key
            and pair.occurred_on >= there.day_from and pair.occurred_on < there.day_until
            and (num_nulls(here.is_same_firm, there.is_same_firm) > 0 or here.is_same_firm and there.is_same_firm)
    where
        pair.is_named is not true
        and coalesce(least(pair.known_until, here.known_until, there.known_until), 'infinity')
        > greatest(pair.known_from, here.known_from, there.known_from)
)
{% endmacro %}
