-- What departments say that identifies a subject without credit code, and which of their own ids they tie to a code;
-- each
-- from when until when some current record said so.
with report as (
    {%- for model_name, columns in typed_records().items() %}
    select
        subject_key, subject_kind, department_id,
        {{ columns.get('organisation_code', 'null') }}::text as organisation_code,
        {{ columns.get('registration_number', 'null') }}::text as registration_number,
        {{ columns.get('local_id', 'null') }}::text as local_id,
        subject_name, known_from, known_until
    from {{ ref(model_name) }}
    where subject_kind not in ('coded', 'person'){{ ' or local_id is not null' if columns.get('local_id') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

identity as (
    select
        report.subject_key, report.subject_kind, said.identity_kind,
        -- codes and numbers mean the same to everybody, an id only to the department that gave it
        case when said.identity_kind = 'local_id' then report.department_id end as department_id,
        said.identity, report.department_id as said_by, report.known_from,
        coalesce(report.known_until, 'infinity') as known_until
    from report
    cross join lateral (
        values
        ('organisation_code', staging.organisation_code(report.organisation_code)),
        ('registration_number', staging.registration_number(report.registration_number)),
        ('local_id', coalesce(
            report.local_id,
            case
                when report.subject_kind = 'department_local'
                    then substr(report.subject_key, length(report.department_id) + 4)
            end
        )),
        ('name', case when report.subject_kind <> 'coded' then staging.normalised_name(report.subject_name) end)
    ) as said (identity_kind, identity)
    where said.identity is not null and report.subject_kind <> 'person'
),

begun as (
    select
        *,
        (known_from <= max(known_until) over (
            partition by subject_key, identity_kind, identity, department_id
            order by known_from, known_until
            rows between unbounded preceding and 1 preceding
        )) is not true as begins
    from identity
),

numbered as (
    select
        *,
        count(*) filter (where begins) over (
            partition by subject_key, identity_kind, identity, department_id
            order by known_from, known_until rows unbounded preceding
        ) as period
    from begun
)

select
    subject_key, subject_kind, identity_kind, identity, department_id,
    array_agg(distinct said_by) as departments,
    min(known_from) as known_from,
    nullif(max(known_until), 'infinity') as known_until
from numbered
group by subject_key, subject_kind, identity_kind, identity, department_id, period
