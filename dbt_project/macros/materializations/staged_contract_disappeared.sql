{#- Records that disappeared with the lists staged just now. A record is in a list where a row of it was accepted or
    where a rejected row bears its key. A row whose key cannot be read may be anybody's of the same subject, or, where
    that is not certain either, anybody's at all: whoever it may be is not taken for gone before the next list without
    such a row. A record that another feed of the department has delivered since is that feed's.
    Only lists from the last one that could be read throughout are looked at, which is mostly the one before. -#}
{% macro staging_disappeared_sql(contract_id, target_relation) %}
    with {{ staging_lists(contract_id) }},

    feed as (
        select department_id, feed_id, min(place) filter (where is_pending) as first_pending, max(place) as last_place
        from list
        group by department_id, feed_id
        having bool_or(is_pending)
    ),

    looked_at as (
        select listed.*, feed.last_place
        from listed
        inner join feed using (department_id, feed_id)
        where
            listed.place >= (
                select coalesce(max(list.place), 0) from list
                where
                    (list.department_id, list.feed_id) = (feed.department_id, feed.feed_id)
                    and list.place < feed.first_pending
                    and not exists (
                        select from unreadable
                        where
                            (unreadable.department_id, unreadable.feed_id, unreadable.place)
                            = (list.department_id, list.feed_id, list.place)
                    )
            )
    ),

    present as (
        select looked_at.*, held.record_key, held.subject_key
        from looked_at
        inner join (
            select batch_id, record_key, subject_key from {{ target_relation }}
            where is_deletion is not true and delivery_kind is distinct from 'older_snapshot'
            union all
            select batch_id, record_key, subject_key from quarantine.rejected_row
            where contract_id = '{{ contract_id }}' and record_key is not null
        ) as held on looked_at.batch_id = held.batch_id
    ),

    {#- a record that a list holds twice is followed by itself, and by another place only once #}
    last_seen as (
        select
            *,
            lead(place) over (partition by record_key, feed_id order by place, subject_key nulls first) as next_place
        from present
    )

    insert into staging.disappearance (contract_id, record_key, snapshot_id, department_id, feed_id, known_from)
    select
        '{{ contract_id }}', last_seen.record_key, list.snapshot_id, list.department_id, list.feed_id, list.known_from
    from last_seen
    cross join lateral (
        select min(later.place) as place
        from list as later
        where
            (later.department_id, later.feed_id) = (last_seen.department_id, last_seen.feed_id)
            and later.place > last_seen.place
            and (last_seen.next_place is null or later.place < last_seen.next_place)
            and not exists (
                select from unreadable
                where
                    (unreadable.department_id, unreadable.feed_id, unreadable.place)
                    = (later.department_id, later.feed_id, later.place)
                    and (unreadable.subject_key = last_seen.subject_key) is not false
            )
    ) as without
    inner join list
        on
            (list.department_id, list.feed_id) = (last_seen.department_id, last_seen.feed_id)
            and without.place = list.place
    where
        (last_seen.next_place is null or last_seen.next_place > last_seen.place + 1)
        and last_seen.place < last_seen.last_place
        and list.is_pending
        and not exists (
            select from {{ target_relation }} as other
            where
                other.record_key = last_seen.record_key and other.feed_id <> last_seen.feed_id
                and other.is_deletion is not true
                and other.known_from > last_seen.known_from and other.known_from < list.known_from
        )
{% endmacro %}
