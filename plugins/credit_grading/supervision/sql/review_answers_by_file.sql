-- Accepted rows of contract review_answer become answers like those that departments insert, each row once. What looks
-- like an identity number and was left in by landing, since it may be a credit code, is masked: the table takes none.
insert into sharing.review_answer (
    department_id, notice_id, credit_code, decision, reason, contact_title, answered_at, batch_id, row_number
)
select
    department_id,
    notice_id,
    credit_code,
    decision,
    regexp_replace(
        reason, '[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]',
        '******************', 'g'
    ) as reason,
    regexp_replace(
        contact_title, '[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]',
        '******************', 'g'
    ) as contact_title,
    known_from,
    batch_id,
    row_number
from staging.review_answer
where not is_deletion and not warnings @> array['repeated_record']
order by batch_id, row_number
on conflict (batch_id, row_number) do nothing
