-- What each role of the pipeline may do, table by table as they stand, and on what the owner makes later. First
-- everything is taken away, so that a right given by hand does not outlive the next run. The owner needs no grant: it
-- owns, and row policies are not forced on owners.
do $$
declare
    every_schema constant text[] := array[
        'landing', 'quarantine', 'staging', 'thematic', 'thematic_public_credit', 'thematic_bidding',
        'thematic_procurement', 'reference', 'rulebook', 'evaluation', 'candidate', 'quality', 'calendar', 'sharing',
        'superseded', 'supervision', 'what_if'
    ];
    -- what dbt builds
    built constant text[] := array[
        'quarantine', 'staging', 'thematic', 'thematic_public_credit', 'thematic_bidding', 'thematic_procurement',
        'reference', 'evaluation', 'candidate'
    ];
    written_by_departments constant text[] := string_to_array(
        current_setting('credit_grading.written_by_departments'), ','
    );
    role_name text;
    schema_name text;
    privileges text;
    relation record;
begin
    -- dbt makes some of them on its first run, and rights must be there by then
    foreach schema_name in array every_schema loop
        if to_regnamespace(schema_name) is null then
            execute format('create schema %I', schema_name);
        end if;
    end loop;

    for role_name, schema_name, privileges in
        select role.rolname::text, given_schema.name, given.privileges
        from pg_catalog.pg_roles as role
        cross join unnest(every_schema) as given_schema (name)
        left join (values
            ('credit_loader', array['landing'], 'select, insert'),
            ('credit_loader', array['calendar'], 'select'),
            ('credit_transformer', array['landing', 'rulebook', 'calendar', 'quality', 'sharing'], 'select'),
            ('credit_transformer', built, 'select, insert, update, delete, truncate'),
            ('credit_auditor', every_schema, 'select'),
            ('credit_publisher', array['evaluation', 'rulebook', 'calendar', 'reference'], 'select'),
            -- maintain: what is published holds still while it is, and a lock asks for more than reading
            ('credit_publisher', array['candidate', 'quality'], 'select, maintain'),
            ('credit_publisher', array['sharing'], 'select, insert, update, delete'),
            ('credit_publisher', array['superseded', 'supervision'], 'select, insert')
        ) as given (role_name, schemas, privileges)
            on role.rolname = given.role_name and given_schema.name = any(given.schemas)
        where role.rolname in ('credit_loader', 'credit_transformer', 'credit_auditor', 'credit_publisher')
    loop
        execute format('revoke all on all tables in schema %I from %I', schema_name, role_name);
        execute format('revoke all on all sequences in schema %I from %I', schema_name, role_name);
        execute format('revoke all on schema %I from %I', schema_name, role_name);
        execute format('alter default privileges in schema %I revoke all on tables from %I', schema_name, role_name);
        if privileges is not null then
            execute format('grant usage on schema %I to %I', schema_name, role_name);
            execute format('grant %s on all tables in schema %I to %I', privileges, schema_name, role_name);
            execute format(
                'alter default privileges in schema %I grant %s on tables to %I', schema_name, privileges, role_name
            );
        end if;
        if role_name = 'credit_transformer' and schema_name = any(built) then
            execute format('grant create on schema %I to %I', schema_name, role_name);
        end if;
    end loop;

    if to_regrole('credit_loader') is not null then
        -- a batch is numbered before its rows are copied
        grant usage on sequence landing.batch_batch_id_seq to credit_loader;
        -- where a server keeps advisory locks from everybody; elsewhere this says nothing new
        grant execute on function pg_catalog.pg_advisory_xact_lock(bigint) to credit_loader;
    end if;
    if to_regrole('credit_transformer') is not null then
        -- that nothing is lost is shown by counting what retention removed, too
        grant usage on schema supervision to credit_transformer;
        grant select on supervision.removed_of_batch to credit_transformer;
    end if;
    if to_regrole('credit_auditor') is not null then
        grant insert on quality.verdict, quality.check_result to credit_auditor;
        grant insert, update on quality.feed_expectation to credit_auditor;
        grant usage on sequence quality.verdict_verdict_id_seq to credit_auditor;
    end if;
    if to_regrole('credit_publisher') is not null then
        grant update on evaluation.run to credit_publisher;
        grant execute on function pg_catalog.pg_advisory_xact_lock(bigint) to credit_publisher;
    end if;

    -- Row policies hold for whoever is not the owner: readers and writers of the pipeline need one that lets them.
    for relation in
        select protected.oid::regclass as name, protected.relnamespace::regnamespace::text as schema_name,
            protected.relname::text = any(written_by_departments) as is_written_by_departments
        from pg_catalog.pg_class as protected
        where protected.relrowsecurity
            and protected.relnamespace in (to_regnamespace('sharing'), to_regnamespace('supervision'))
    loop
        for role_name in
            select rolname::text from pg_catalog.pg_roles
            where rolname in ('credit_transformer', 'credit_auditor', 'credit_publisher')
                and not exists (
                    select from pg_catalog.pg_policy where polrelid = relation.name and polname = rolname
                )
        loop
            execute format(
                'create policy %1$I on %2$s for %3$s to %1$I using (true)%4$s', role_name, relation.name,
                case when role_name = 'credit_publisher' then 'all' else 'select' end,
                case when role_name = 'credit_publisher' then ' with check (true)' else '' end
            );
        end loop;
        -- answers and lookups are the departments' own words: nobody of the pipeline writes them
        if relation.is_written_by_departments and to_regrole('credit_publisher') is not null then
            execute format('revoke insert, update, delete on %s from credit_publisher', relation.name);
        end if;
    end loop;
end
$$
