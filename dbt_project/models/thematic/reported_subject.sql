with report as (
    {%- for model_name in typed_records() %}
    select subject_key, subject_kind, subject_name, department_id, known_from from {{ ref(model_name) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    subject_key, min(subject_kind) as subject_kind,
    -- the newest that ever came; of several that came together the first in order, so that a rebuild gives the same
    (
        array_agg(subject_name order by known_from desc, subject_name collate "C")
        filter (where subject_name is not null)
    )[1] as subject_name,
    -- a person is the same person to every department
    case when min(subject_kind) in ('department_local', 'name_only') then min(department_id) end as department_id,
    min(known_from) as first_known_from
from report
group by subject_key
