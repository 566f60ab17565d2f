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

-- for people, and for an installation that gives each step a login of its own: grant one of these to that login
create role loader nologin nosuperuser nobypassrls;
create role transformer nologin nosuperuser nobypassrls;
create role publisher nologin nosuperuser nobypassrls;
create role auditor nologin nosuperuser nobypassrls;

\connect credit_grading
create schema landing authorization credit_grading;
create schema quarantine authorization credit_grading;
create schema staging authorization credit_grading;
create schema rulebook authorization credit_grading;
create schema evaluation authorization credit_grading;
create schema quality authorization credit_grading;
create schema sharing authorization credit_grading;

grant usage on schema landing to loader, transformer, auditor;
grant usage on schema quarantine, staging to transformer, auditor;
grant usage on schema rulebook, evaluation to transformer, publisher, auditor;
grant usage on schema quality to publisher, auditor;
grant usage on schema sharing to publisher, auditor;

alter default privileges for role credit_grading in schema landing grant select, insert on tables to loader;
alter default privileges for role credit_grading in schema landing grant select on tables to transformer;
alter default privileges for role credit_grading in schema quarantine, staging, evaluation
grant select, insert, update, delete on tables to transformer;
alter default privileges for role credit_grading in schema rulebook grant select on tables to transformer, publisher;
alter default privileges for role credit_grading in schema evaluation, quality grant select on tables to publisher;
alter default privileges for role credit_grading in schema sharing
grant select, insert, update, delete on tables to publisher;
alter default privileges for role credit_grading
in schema landing, quarantine, staging, rulebook, evaluation, quality, sharing grant select on tables to auditor;
