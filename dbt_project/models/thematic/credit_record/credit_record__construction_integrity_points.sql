-- 施工诚信分 → one population record per firm and qualification, and one record per part of the points.
with row_version as (select * from {{ ref('bidding__construction_integrity') }}),

snapshot as (select * from {{ ref('construction_snapshot') }}),

part as (
    select
        row_version.*, snapshot.effective_until, item.catalogue_item_id, item.title_zh, item.points,
        greatest(row_version.known_from, snapshot.known_from) as part_known_from,
        least(row_version.known_until, snapshot.known_until) as part_known_until
    from row_version
    inner join snapshot
        on row_version.department_id = snapshot.department_id and row_version.snapshot_date = snapshot.snapshot_date
    cross join lateral (
        values
        ('construction_firm', '在册资质', null::numeric),
        ('construction_base_points', '基础分', nullif(row_version.base_points, 0)),
        ('construction_special_points', '专项加分', nullif(row_version.special_points, 0)),
        ('construction_deduction_points', '扣分', nullif(row_version.deduction_points, 0)),
        ('construction_no_scored_qualification', '无评分资质', null)
    ) as item (catalogue_item_id, title_zh, points)
    where
        item.points is not null
        or item.catalogue_item_id = 'construction_firm'
        or (
            item.catalogue_item_id = 'construction_no_scored_qualification'
            and row_version.is_without_scored_qualification
        )
)

select
    catalogue_item_id, record_key, subject_key as reported_subject_key, facet,
    department_id, 'construction_integrity_points' as contract_id, '' as behaviour_code, '' as severity,
    snapshot_date as occurred_on, snapshot_date as effective_from, effective_until,
    points as points_declared, points as points_counted, 1::numeric as quantity,
    null::numeric as amount, facet as case_id, null::date as repaired_on, null::date as withdrawn_on,
    concat('建筑市场诚信:', facet, ',', title_zh, trim_scale(points) || '分') as summary,
    part_known_from as known_from, part_known_until as known_until, batch_id, row_number
from part
where part_known_until is null or part_known_until > part_known_from
