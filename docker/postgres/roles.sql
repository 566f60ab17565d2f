-- Run once by the Postgres image when its volume is empty. Passwords come from the container's environment.
-- No role made here is a superuser, and none may pass row policies.
\set ON_ERROR_STOP on
\getenv airflow_password AIRFLOW_DATABASE_PASSWORD
\getenv warehouse_password CREDIT_GRADING_DATABASE_PASSWORD

create role airflow login password :'airflow_password' nosuperuser nobypassrls nocreatedb nocreaterole;
create database airflow owner airflow encoding 'UTF8' locale 'C.UTF-8' template template0;
revoke connect on database airflow from public;

-- the pipeline: owns the warehouse; makes the departments' roles, nothing else
create role credit_grading login password :'warehouse_password' nosuperuser nobypassrls nocreatedb createrole;
create database credit_grading owner credit_grading encoding 'UTF8' locale 'C.UTF-8' template template0;

-- Roles of the pipeline's steps and of departments are made by the pipeline itself (docker/prepare.py, and each run).

\connect credit_grading
-- The pipeline lets its steps wait for each other with advisory locks. Whoever reads must not be able to hold them: a
-- reader could stop every release. Only the server's administrator can take this away from everybody.
do $$
declare
    lock_function regprocedure;
begin
    for lock_function in
        select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory_.*lock'
    loop
        execute format('revoke execute on function %s from public', lock_function);
        -- with grant option: it passes them on to the roles of its steps
        execute format('grant execute on function %s to credit_grading with grant option', lock_function);
    end loop;
end
$$;
