-- The hand-written statement in DuckDB's words, over the columns that were read from Postgres as `record`.
with counting as (
    select
        subject_key, catalogue_item_id, severity, points_counted::decimal(18, 2) as points,
        amount::decimal(18, 2) as amount, counts_until, counts_from, counts_from <= $as_of::date as is_active
    from (
        select
            *, greatest(effective_from, occurred_on) as counts_from,
            least(
                effective_until, repaired_on, withdrawn_on,
                case catalogue_item_id
                    when 'administrative_penalty' then (occurred_on + interval 36 months)::date
                    when 'bidding_bad_behaviour' then (occurred_on + interval 12 months)::date
                end
            ) as counts_until
        from record
    )
    where counts_until is null or counts_until > greatest(counts_from, $as_of::date)
),

subject as (
    select
        subject_key,
        bool_or(catalogue_item_id = 'market_entity_registered' and is_active) as registrations,
        bool_or(catalogue_item_id = 'bidding_participant' and is_active) as participations,
        count(*) filter (catalogue_item_id = 'administrative_penalty' and is_active) as penalties,
        count(*) filter (catalogue_item_id = 'administrative_penalty' and is_active and severity = 'serious')
        as serious_penalties,
        sum(amount) filter (catalogue_item_id = 'administrative_penalty' and is_active) as fines,
        bool_or(catalogue_item_id = 'serious_dishonesty' and is_active) as listings,
        count(*) filter (catalogue_item_id = 'honour' and is_active) as honours,
        coalesce(sum(points) filter (catalogue_item_id = 'bidding_bad_behaviour' and is_active), 0)::decimal(18, 2)
        as behaviour_points,
        min(if(is_active, counts_until, counts_from)) filter (catalogue_item_id <> 'bidding_participant')
        as public_credit_changes_on,
        min(if(is_active, counts_until, counts_from)) as bidding_changes_on
    from counting
    group by subject_key
),

public_credit as (
    select
        *,
        case when registrations then (
            0.175 * case
                when penalties < 1 then 100 when penalties < 2 then 75 when penalties < 3 then 50
                when penalties < 5 then 20 else 0
            end
            + 0.105 * case when serious_penalties < 1 then 100 when serious_penalties < 2 then 40 else 0 end
            + 0.07 * case
                when fines >= 500000 then 0 when fines >= 50000 then 30 when fines >= 5000 then 70 else 100
            end
            + 0.15 * if(listings, 0, 100)
            + 0.25 * least(greatest(100 - 5 * behaviour_points, 0), 100)::decimal(6, 2)
            + 0.15 * case when honours < 1 then 60 when honours < 2 then 80 when honours < 3 then 90 else 100 end
            + 10
        ) end::decimal(9, 5) as public_credit_score
    from subject
),

scored as (
    select 'public_credit' as rulebook_id, subject_key, listings, public_credit_score as score,
        public_credit_changes_on as next_change_on
    from public_credit
    where registrations
    union all
    select 'bidding_participant', subject_key, listings,
        (
            0.8 * least(greatest(100 - behaviour_points, 0), 100)::decimal(6, 2)
            + 0.2 * coalesce(public_credit_score, 60)
        )::decimal(9, 6),
        bidding_changes_on
    from public_credit
    where participations
)

select
    rulebook_id, subject_key, score::decimal(9, 6) as score, grade, grade as city_grade,
    if(listings, 'veto', 'by_score') as grade_status,
    case grade when 'B' then 90 when 'C' then 80 when 'D' then 70 when 'E' then 60 end::decimal(9, 6)
    - case when not listings then score end::decimal(9, 6) as gap_to_next_band,
    next_change_on
from (
    select
        *,
        case
            when listings then 'E'
            when score >= 90 then 'A' when score >= 80 then 'B' when score >= 70 then 'C' when score >= 60 then 'D'
            else 'E'
        end as grade
    from scored
);
