-- The data dictionary of everything in schema sharing. Names and types come from the tables as they stand, words from
-- the descriptions in this folder. A column without words, or words without a column, fails the model's contract.
with described as (
    {{ sharing_descriptions() }}
),

existing as (
    select
        relation.relname::text as table_name,
        attribute.attname::text as column_name,
        attribute.attnum::integer as position,
        format_type(attribute.atttypid, attribute.atttypmod) as data_type
    from pg_catalog.pg_class as relation
    inner join pg_catalog.pg_attribute as attribute on relation.oid = attribute.attrelid
    where
        relation.relnamespace = 'sharing'::regnamespace
        and relation.relkind in ('r', 'p', 'v')
        and attribute.attnum > 0
        and not attribute.attisdropped
)

select
    table_name,
    column_name,
    existing.position,
    existing.data_type,
    described.title_zh,
    described.description_zh
from existing
full join described using (table_name, column_name)
