-- Publicity of records of dishonesty (公示期) and what is known of corrections.
create schema if not exists supervision;

-- The rules, from warehouse/publicity_rule.csv, loaded by `prepare`. A rule applies to documents of
-- [document_from, document_until).
create table if not exists supervision.publicity_rule (
    rule_id text collate "C" primary key,
    catalogue_item_id text collate "C" not null,
    -- null: whoever reported it
    department_id text collate "C",
    -- null: any
    matter text collate "C" check (matter in ('food_drug_special_equipment', 'work_safety_fire')),
    -- null: any
    severity text collate "C" check (severity in ('minor', 'ordinary', 'serious')),
    document_from date not null,
    document_until date check (document_until > document_from),
    early_end text collate "C" not null check (early_end in ('after_minimum', 'never', 'by_decision')),
    -- calendar months from the day of the document
    minimum_months integer check (minimum_months >= 0),
    maximum_months integer check (maximum_months >= minimum_months),
    -- the document and what it says; 本项目假设 where something of the row is ours
    source text not null check (btrim(source) <> ''),
    check ((early_end = 'after_minimum') = (minimum_months is not null))
);

-- The field of a penalty for which rules set a longer time, by words of its offence, basis and authority: our reading
-- (本项目假设), as penalties carry no such field.
create or replace function supervision.publicity_matter(words text) returns text
language sql immutable parallel safe
as $$
    select case
        when words ~ '食品|药品|特种设备' then 'food_drug_special_equipment'
        when words ~ '安全生产|消防' then 'work_safety_fire'
    end
$$;

-- The rule for a record and what follows from it: repair may be granted from earliest_repair_on on, publicity ends on
-- automatic_end_on (that day no longer shows it). Months are calendar months: three months after 30 November end on
-- 28 February. No row where no rule applies.
-- A rule for a department goes before one for all; of several the longest counts (发改委令第58号: 多种处罚从最长期限).
create or replace function supervision.publicity_period(
    of_item text, of_department text, of_severity text, of_matter text, document_day date
) returns table (rule_id text, early_end text, earliest_repair_on date, automatic_end_on date)
language sql stable parallel safe
as $$
    select
        rule.rule_id, rule.early_end,
        (document_day + make_interval(months => rule.minimum_months))::date,
        (document_day + make_interval(months => rule.maximum_months))::date
    from supervision.publicity_rule as rule
    where
        rule.catalogue_item_id = of_item
        and (rule.department_id is null or rule.department_id = of_department)
        and (rule.matter is null or rule.matter = of_matter)
        and (rule.severity is null or rule.severity = of_severity)
        and document_day >= rule.document_from
        and (document_day < rule.document_until) is not false
    order by
        rule.department_id nulls last, rule.early_end <> 'never', rule.minimum_months desc nulls last, rule.rule_id
    limit 1
$$;

-- Publications whose corrections are noted, once each.
create table if not exists supervision.noted_publication (
    publication_id bigint primary key references sharing.publication,
    corrections bigint not null,
    noted_at timestamptz not null default clock_timestamp()
);
