-- Columns of schema sharing without exactly one line in the dictionary, and lines without a column.
with existing as (
    select relation.relname::text as table_name, attribute.attname::text as column_name
    from pg_catalog.pg_class as relation
    inner join pg_catalog.pg_attribute as attribute on relation.oid = attribute.attrelid
    where
        relation.relnamespace = 'sharing'::regnamespace
        and relation.relkind in ('r', 'p', 'v')
        and attribute.attnum > 0
        and not attribute.attisdropped
),

described as (
    select table_name, column_name, count(*) as times
    from candidate.dictionary
    group by table_name, column_name
)

select table_name, column_name
from existing
full join described using (table_name, column_name)
where existing.column_name is null or described.times is distinct from 1
