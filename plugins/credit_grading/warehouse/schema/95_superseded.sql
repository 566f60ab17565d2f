-- What publications wrote over: of every released table a copy of each row as it was before it was changed or removed,
-- and the key of each row that was added. An earlier release is put back from here; departments cannot read it.
create schema if not exists superseded;

-- Publications whose rows are kept. A release can be put back where none is missing after it.
create table if not exists superseded.publication (
    publication_id bigint primary key
);

do $$
declare
    released text;
    missing record;
begin
    foreach released in array array[
        'grade', 'contribution', 'limit_hit', 'crosswalk_level', 'single_change', 'indicator', 'grade_limit',
        'grade_band', 'grade_condition', 'rulebook', 'measure', 'scenario_effect', 'dictionary', 'rulebook_data_age',
        'bidding_bad_behaviour', 'procurement_supplier', 'procurement_violation', 'procurement_expert',
        'expert_review', 'expert_violation'
    ] loop
        if to_regclass(format('superseded.%I', released)) is null then
            execute format(
                'create table superseded.%1$I as select 0::bigint as superseded_by, ''''::text collate "C" as change, *'
                ' from sharing.%1$I with no data',
                released
            );
            execute format(
                'alter table superseded.%1$I alter superseded_by set not null, alter change set not null,'
                ' add check (change in (''added'', ''changed'', ''removed'')),'
                ' add primary key (%2$s, superseded_by)',
                released,
                (
                    select string_agg(quote_ident(attribute.attname), ', ' order by place.number)
                    from pg_index
                    cross join lateral unnest(pg_index.indkey) with ordinality as place (attnum, number)
                    inner join pg_attribute as attribute
                        on pg_index.indrelid = attribute.attrelid and place.attnum = attribute.attnum
                    where pg_index.indrelid = format('sharing.%I', released)::regclass and pg_index.indisprimary
                )
            );
            execute format('create index on superseded.%I (superseded_by)', released);
        end if;
        -- a column that a released table gained since
        for missing in
            select attribute.attname as name, format_type(attribute.atttypid, attribute.atttypmod) as type
            from pg_attribute as attribute
            where
                attribute.attrelid = format('sharing.%I', released)::regclass
                and attribute.attnum > 0
                and not attribute.attisdropped
                and attribute.attname not in (
                    select held.attname from pg_attribute as held
                    where held.attrelid = format('superseded.%I', released)::regclass
                )
        loop
            execute format('alter table superseded.%I add column %I %s', released, missing.name, missing.type);
        end loop;
    end loop;
end
$$;
