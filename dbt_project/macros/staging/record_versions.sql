{#- The versions of every record of a contract: rows of a record that say something new, in the order they reached us.
    A version is known from its arrival until the next one's, until the record was deleted, or until a complete list
    without it arrived; a record that returns starts a new version. Of one batch the last row of a record counts; a row
    repeated unchanged starts no version, nor does one that is older by the feed's sequence or, without one, by the
    contract's version column. A list is newer than the list before it whatever its rows say. A correction has the place
    of the row that was sent back: what reached us since is newer, unless sequence or version column say otherwise. -#}
{% macro record_versions(contract_id) %}
{%- set staged = ref(contract_id) -%}
{%- if execute -%}
{%- set version_column = contract_definition(contract_id).meta.get('version_column') -%}
with staged as (select * from {{ staged }}),

gone as (
    select record_key, array_agg(known_from order by known_from) as gone_at
    {#- written by the materialization of the staged table, so that no reference of its own is needed #}
    from staging.disappearance
    where contract_id = '{{ contract_id }}'
    group by record_key
),

arrived as (
    select
        staged.*,
        gone.gone_at,
        lead(staged.batch_id) over arrival as next_batch_id,
        max(staged.change_sequence) over (arrival rows between unbounded preceding and 1 preceding) as newest_sequence
        {%- if version_column %},
        max(staged.{{ version_column }}) over (arrival rows between unbounded preceding and 1 preceding)
        as newest_before
        {%- endif %}
    from staged
    left join gone on staged.record_key = gone.record_key
    where staged.delivery_kind is distinct from 'older_snapshot'
    window arrival as (
        partition by staged.record_key
        order by
            staged.known_from, staged.batch_id, staged.change_sequence nulls first,
            {{ 'staged.' ~ version_column ~ ' nulls first, ' if version_column -}}
            {{ place_of('staged') }}, staged.row_number
    )
),

changed as (
    select
        *,
        lag(known_from) over arrival as previous_known_from,
        lag(case when is_deletion is not true then row_hash end) over arrival as previous_hash
    from arrived
    where
        next_batch_id is distinct from batch_id
        and (change_sequence < newest_sequence) is not true
        {#- few rows are corrections: for each, what reached us before is looked up #}
        and (
            corrected_batch_id is null
            or not exists (
                select from {{ staged }} as earlier
                where
                    earlier.record_key = arrived.record_key
                    and earlier.delivery_kind is distinct from 'older_snapshot'
                    and (earlier.known_from, earlier.batch_id) < (arrived.known_from, arrived.batch_id)
                    and quarantine.is_older(
                        arrived.change_sequence, {{ 'arrived.' ~ version_column if version_column else 'null' }},
                        {{ place_of('arrived') }}, earlier.change_sequence,
                        {{ 'earlier.' ~ version_column if version_column else 'null' }}, {{ place_of('earlier') }}
                    )
            )
        )
        {%- if version_column %}
        and (
            change_sequence is not null or delivery_kind = 'snapshot'
            or ({{ version_column }} < newest_before) is not true
        )
        {%- endif %}
    window arrival as (partition by record_key order by known_from, batch_id)
),

followed as (
    select *, lead(known_from) over (partition by record_key order by known_from, batch_id) as next_known_from
    from changed
    where
        case when is_deletion is not true then row_hash end is distinct from previous_hash
        or (
            gone_at is not null
            and exists (
                select from unnest(gone_at) as moment where moment > previous_known_from and moment <= known_from
            )
        )
),

version as (
    select
        *,
        case
            when gone_at is null then next_known_from
            else least(next_known_from, (select min(moment) from unnest(gone_at) as moment where moment > known_from))
        end as known_until
    from followed
    where is_deletion is not true
)
{%- endif -%}
{% endmacro %}


{#- {batch, row} where a row stands among those of its record: a correction where the row stood that was sent back. -#}
{% macro place_of(row) -%}
    array[
        coalesce({{ row }}.corrected_batch_id, {{ row }}.batch_id),
        coalesce({{ row }}.corrected_row_number, {{ row }}.row_number)
    ]
{%- endmacro %}


{#- The day of a moment in the city's own time zone. -#}
{% macro city_day(moment) -%}
    ({{ moment }} at time zone 'Asia/Shanghai')::date
{%- endmacro %}
