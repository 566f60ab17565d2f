-- The indexes that the spine has: dbt_project/models/thematic/credit_record.yml. Made last, as dbt does.
create unique index on thematic.credit_record (record_id);
create index on thematic.credit_record (subject_key);
create index on thematic.credit_record (known_from);
create index on thematic.credit_record (known_until);
