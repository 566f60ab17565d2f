-- A city of %(subjects)s subjects and %(records)s records, written straight into the spine that the evaluation reads.
-- Every draw hashes a number, so the same sizes always give the same city. Records lie in the order in which the
-- real build would write them: item after item, and within an item as departments report them, not by subject.
-- Shares and skews below are this project's assumptions about a city; no statistic stands behind them.
insert into thematic.credit_record
with size as (
    select %(subjects)s::bigint as subjects, %(subjects)s::bigint * 15 / 100 as participants,
        %(subjects)s::bigint * 5 / 1000 as listings
),

-- what is left after registrations, participants and listings: 75 percent penalties, 10 honours, 15 bad behaviour
part as (
    select size.*, others * 10 / 100 as honours, others * 15 / 100 as behaviours,
        others - others * 10 / 100 - others * 15 / 100 as penalties
    from size
    cross join lateral (select %(records)s::bigint - subjects - participants - listings) as rest (others)
),

-- records: how many; places: among how many subjects they are spread, stride: which ones; purpose: of the draw
-- that spreads them unevenly, null: one each
item_size as (
    select part.subjects, listed.*
    from part
    cross join lateral (
        values
        ('market_entity_registered', subjects, subjects, 1, null, 7300),
        ('administrative_penalty', penalties, subjects / 4, 2147483647, 3, 1825),
        ('serious_dishonesty', listings, listings, 2147483647, null, 1095),
        ('honour', honours, subjects / 5, 2147483587, 4, 1825),
        ('bidding_bad_behaviour', behaviours, subjects * 6 / 100, 2147483629, 5, 1095),
        ('bidding_participant', participants, participants, 2147483629, null, 3650)
    ) as listed (item, records, places, stride, purpose, oldest_days)
),

fact as (
    select
        item_size.item, serial, item_size.oldest_days,
        bench.member(
            case when purpose is null then serial else bench.skewed(bench.draw(serial, purpose, 2147483648), places) end,
            stride, subjects
        ) as subject
    from item_size
    cross join lateral generate_series(0, records - 1) as serial
),

dated as (
    select fact.*, hashint8extended(fact.serial, hashtext(item)) & 1099511627775 as number,
        bench.subject_key(fact.subject) as subject_key,
        %(as_of)s::date - 30 - bench.draw(fact.serial, 10 + length(item), oldest_days)::integer as occurred_on
    from fact
    offset 0  -- without it the planner writes every draw out wherever its column is read
),

known as (
    select dated.*,
        case
            -- two years ago everything that existed was read in within two months
            when occurred_on < %(as_of)s::date - 730
                then (%(as_of)s::date - 730)::timestamptz + bench.draw(number, 40, 5184000) * interval '1 second'
            else occurred_on::timestamptz + (86400 + bench.draw(number, 41, 1728000)) * interval '1 second'
        end as known_from,
        case item
            when 'market_entity_registered' then (array[bench.draw(number, 21, 3600)])[1 + bench.draw(number, 20, 17)]
            -- publicity: three months, one year or three years
            when 'administrative_penalty' then (array[91, 365, 365, 1095, null])[1 + bench.draw(number, 22, 5)]
            when 'serious_dishonesty' then (array[1095, 1095, null])[1 + bench.draw(number, 23, 3)]
            when 'honour' then (array[730, 1095, 1825, null])[1 + bench.draw(number, 24, 4)]
            when 'bidding_bad_behaviour' then (array[182, 365, 730])[1 + bench.draw(number, 25, 3)]
        end::integer as valid_days,
        (array[0.5, 1, 2, 3, 6, 12])[1 + bench.draw(number, 26, 6)] as points,
        (array[200, 500, 1000, 3000, 5000, 10000, 20000, 50000, 200000, 1000000])[
            1 + (bench.draw(number, 27, 10) * bench.draw(number, 28, 10)) / 9
        ] + bench.draw(number, 29, 10000) * 0.01 as fine
    from dated
    offset 0
)

select
    md5(item || '|' || serial) as record_id, md5(item || '|' || serial / 2) as record_key, item, subject_key,
    subject_key as reported_subject_key, '' as facet,
    case when item like 'bidding%%' then 'public_resource' else 'market_regulation' end as department_id,
    replace(replace(item, '_registered', ''), 'participant', 'bad_behaviour') as contract_id,
    case item
        when 'serious_dishonesty' then 'tax_arrears'
        when 'bidding_bad_behaviour' then 'ZJ' || 500 + bench.draw(number, 30, 40)
        else ''
    end as behaviour_code,
    case item
        when 'administrative_penalty'
            then coalesce((array['serious', 'minor', 'minor', 'minor'])[1 + bench.draw(number, 31, 12)], 'ordinary')
        when 'serious_dishonesty' then 'serious'
        when 'honour' then (array['国家级', '省部级', '区县级'])[1 + bench.draw(number, 32, 3)]
        else ''
    end as severity,
    occurred_on, occurred_on as effective_from, occurred_on + valid_days as effective_until,
    points_counted as points_declared, points_counted, 1::numeric as quantity,
    case when item = 'administrative_penalty' and bench.draw(number, 33, 10) > 0 then fine end as amount,
    '渝' || bench.draw(number, 34, 38) || '〔' || extract(year from occurred_on) || '〕' || serial || '号' as case_id,
    case
        when item = 'administrative_penalty' and bench.draw(number, 35, 100) < 8
            then occurred_on + 90 + bench.draw(number, 36, 300)::integer
    end as repaired_on,
    case when bench.draw(number, 37, 1000) < 5 then known_from::date + 20 end as withdrawn_on,
    case item
        when 'administrative_penalty'
            then '行政处罚:重庆市市场监督管理局第' || bench.draw(number, 38, 38) || '分局,渝市监处罚〔'
            || extract(year from occurred_on) || '〕' || serial || '号,罚款、没收违法所得,罚款' || fine || '元'
        when 'honour' then '荣誉:守合同重信用企业,重庆市市场监督管理局'
        when 'serious_dishonesty' then '严重失信主体名单:国家税务总局重庆市税务局,欠缴税款' || fine || '元'
        when 'bidding_bad_behaviour' then '招投标不良行为:渝公管〔' || serial || '〕号,未按招标文件要求履行合同,扣' || points || '分'
        else '登记注册:重庆市第' || subject || '号商贸有限公司,' || occurred_on || '成立'
    end as summary,
    known_from,
    -- an older version that a newer one replaced nine days later
    case when bench.draw(number, 39, 100) < 3 then known_from + interval '9 days' end as known_until,
    1 + serial / 100000 as batch_id, serial as row_number
from known
cross join lateral (
    select case when item = 'bidding_bad_behaviour' and bench.draw(number, 42, 100) > 0 then points end
) as counted (points_counted);
