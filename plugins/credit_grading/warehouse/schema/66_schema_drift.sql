-- Drift of each feed's header over time, from the headers it delivered: one row per feed, kind and column.
--   new_column       a heading that earlier deliveries did not have; kept with its rows
--   renamed_column   a strange heading that looks like a missing column of the contract
--   lost_required    a column without which nothing is landed: the feed stands still
--   lost_optional    a column that held values before
-- A state is open until the newest header ends it: back_again where a lost column is there again, settled where a
-- heading is gone or the department's file says what it is.
create or replace view quality.schema_drift as
with header as (
    select
        *,
        -- what a feed had in its first good delivery is no drift
        min(header_id) filter (where batch_id is not null) over (partition by department_id, feed_id) as first_good_id
    from landing.received_header
),

-- what each header says of itself
event as (
    select
        header.header_id,
        header.department_id,
        header.feed_id,
        said.kind,
        said.column_name,
        said.suggested_column,
        said.similarity
    from header
    cross join lateral (
        select
            'lost_required' as kind,
            missing.name as column_name,
            null as suggested_column,
            null::numeric as similarity
        from unnest(header.missing_columns) as missing (name)
        union all
        select 'lost_optional', lost.name, null, null from unnest(header.lost_columns) as lost (name)
        union all
        select 'renamed_column', hint.heading, hint."column", hint.similarity
        from jsonb_to_recordset(header.suggestions) as hint (heading text, "column" text, similarity numeric)
        union all
        select 'new_column', strange.name, null, null
        from unnest(header.unknown_columns) as strange (name)
        inner join landing.received_header as first_good on header.first_good_id = first_good.header_id
        where
            strange.name <> all(first_good.unknown_columns)
            and not jsonb_path_exists(
                header.suggestions, '$[*].heading ? (@ == $name)', jsonb_build_object('name', strange.name)
            )
    ) as said
),

seen as (
    select
        department_id,
        feed_id,
        kind,
        column_name,
        min(header_id) as first_id,
        max(header_id) as last_event_id,
        -- the newest suggestion counts
        (array_agg(suggested_column order by header_id desc))[1] as suggested_column,
        (array_agg(similarity order by header_id desc))[1] as similarity
    from event
    group by department_id, feed_id, kind, column_name
)

select
    seen.department_id,
    seen.feed_id,
    seen.kind,
    seen.column_name,
    seen.suggested_column,
    seen.similarity,
    first_header.received_at as first_seen_at,
    coalesce(last_header.received_at, first_header.received_at) as last_seen_at,
    ended.received_at as ended_at,
    case
        when ended.received_at is null then 'open'
        when seen.kind in ('lost_required', 'lost_optional') then 'back_again'
        else 'settled'
    end as state,
    last_header.batch_id is null as is_refused
from seen
inner join landing.received_header as first_header on seen.first_id = first_header.header_id
-- the first header after the last one that said so, which says the opposite
left join lateral (
    select later.header_id, later.received_at
    from landing.received_header as later
    where
        later.department_id = seen.department_id
        and later.feed_id = seen.feed_id
        and later.header_id > seen.last_event_id
        and case
            when seen.kind in ('lost_required', 'lost_optional') then seen.column_name = any(later.columns)
            else seen.column_name <> all(later.unknown_columns)
        end
    order by later.header_id
    limit 1
) as ended on true
left join lateral (
    select during.received_at, during.batch_id
    from landing.received_header as during
    where
        during.department_id = seen.department_id
        and during.feed_id = seen.feed_id
        and (ended.header_id is null or during.header_id < ended.header_id)
    order by during.header_id desc
    limit 1
) as last_header on true;
