-- One new penalty, known since the first run, for so many subjects that with those whose own date has come (a record
-- begins or ends on the next day) there are %(touched)s of them.
insert into thematic.credit_record
with due as (
    select distinct subject_key from bench.hand_written where next_change_on <= %(as_of)s::date
),

chosen as (
    select subject, subject_key
    from (
        select subject, bench.subject_key(subject) as subject_key from generate_series(0, %(subjects)s - 1) as subject
    ) as everyone
    where subject_key not in (select subject_key from due)
    order by bench.draw(subject, 60, 1099511627776)
    limit greatest(%(touched)s - (select count(*) from due), 0)
)

select
    md5('new|' || subject), md5('new|' || subject), 'administrative_penalty', subject_key, subject_key, '',
    'market_regulation', 'administrative_penalty', '', (array['serious', 'ordinary', 'minor'])[1 + mod(subject, 3)],
    %(as_of)s::date - 7, %(as_of)s::date - 7, %(as_of)s::date + 358, null::numeric, null::numeric, 1, 1000,
    '渝1〔2026〕新' || subject || '号', null::date, null::date,
    '行政处罚:重庆市市场监督管理局第1分局,渝市监处罚〔2026〕新' || subject || '号,罚款,罚款1000元',
    %(knowledge_at)s::timestamptz - interval '12 hours', null::timestamptz, 1000000, subject
from chosen;
