-- The two rulebooks as one statement, the best that could be written by hand: one pass over the records, grouped by
-- subject. Every number of tests/bench/rulebooks stands in it; a changed rule means another statement.
create unlogged table bench.hand_written as
with counting as (
    select
        subject_key, catalogue_item_id, severity, points_counted, amount, counts_until, counts_from,
        counts_from <= %(as_of)s::date as is_active
    from (
        select
            subject_key, catalogue_item_id, severity, points_counted, amount,
            greatest(effective_from, occurred_on) as counts_from,
            least(
                effective_until, repaired_on, withdrawn_on,
                case catalogue_item_id
                    when 'administrative_penalty' then (occurred_on + interval '36 months')::date
                    when 'bidding_bad_behaviour' then (occurred_on + interval '12 months')::date
                end
            ) as counts_until
        from thematic.credit_record
        where
            known_from <= %(knowledge_at)s::timestamptz
            and (known_until is null or known_until > %(knowledge_at)s::timestamptz)
    ) as dated
    where counts_until is null or counts_until > greatest(counts_from, %(as_of)s::date)
),

subject as (
    select
        subject_key,
        bool_or(catalogue_item_id = 'market_entity_registered' and is_active) as registrations,
        bool_or(catalogue_item_id = 'bidding_participant' and is_active) as participations,
        count(*) filter (where catalogue_item_id = 'administrative_penalty' and is_active) as penalties,
        count(*) filter (
            where catalogue_item_id = 'administrative_penalty' and is_active and severity = 'serious'
        ) as serious_penalties,
        sum(amount) filter (where catalogue_item_id = 'administrative_penalty' and is_active) as fines,
        bool_or(catalogue_item_id = 'serious_dishonesty' and is_active) as listings,
        count(*) filter (where catalogue_item_id = 'honour' and is_active) as honours,
        sum(points_counted) filter (where catalogue_item_id = 'bidding_bad_behaviour' and is_active)
        as behaviour_points,
        min(case when is_active then counts_until else counts_from end) filter (
            where catalogue_item_id <> 'bidding_participant'
        ) as public_credit_changes_on,
        min(case when is_active then counts_until else counts_from end) as bidding_changes_on
    from counting
    group by subject_key
),

public_credit as (
    select
        subject.*,
        case when registrations then
            0.001 * (
                175 * case
                    when penalties < 1 then 100 when penalties < 2 then 75 when penalties < 3 then 50
                    when penalties < 5 then 20 else 0
                end
                + 105 * case when serious_penalties < 1 then 100 when serious_penalties < 2 then 40 else 0 end
                + 70 * case
                    when fines >= 500000 then 0 when fines >= 50000 then 30 when fines >= 5000 then 70 else 100
                end
                + case when listings then 0 else 15000 end
                + 150 * case when honours < 1 then 60 when honours < 2 then 80 when honours < 3 then 90 else 100 end
                + 10000
            )
            + case
                when behaviour_points is null then 25
                else 0.25 * least(greatest(100 - 5 * behaviour_points, 0), 100)
            end
        end as public_credit_score
    from subject
    -- keeps the planner from writing the whole expression out wherever the score is read
    offset 0
),

scored as (
    select rulebook.*, public_credit.subject_key, public_credit.listings
    from public_credit
    cross join lateral (
        values
        ('public_credit', registrations, public_credit_score, public_credit_changes_on),
        (
            'bidding_participant', participations,
            0.8 * least(greatest(100 - coalesce(behaviour_points, 0), 0), 100) + 0.2 * coalesce(public_credit_score, 60),
            bidding_changes_on
        )
    ) as rulebook (rulebook_id, is_member, score, next_change_on)
    where rulebook.is_member
    offset 0
)

select
    scored.rulebook_id, scored.subject_key, scored.score, grade.grade, grade.grade as city_grade,
    case when scored.listings then 'veto' else 'by_score' end as grade_status,
    grade.gap_to_next_band, scored.next_change_on
from scored
cross join lateral (
    select
        case
            when listings then 'E'
            when score >= 90 then 'A' when score >= 80 then 'B' when score >= 70 then 'C' when score >= 60 then 'D'
            else 'E'
        end as grade,
        case
            when listings or score >= 90 then null
            when score >= 80 then 90 - score when score >= 70 then 80 - score when score >= 60 then 70 - score
            else 60 - score
        end as gap_to_next_band
) as grade;
