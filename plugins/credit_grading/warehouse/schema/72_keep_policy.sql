-- Give a table of schema sharing a row policy of this wording. Made only where missing or of another wording: altering
-- would lock readers out for as long as the slowest of them takes. The wording as written is kept, as a hash, in the
-- policy's comment; Postgres keeps a changed one. It runs with the caller's rights, so that only the owner can.
create or replace procedure sharing.keep_policy(table_name text, policy_name text, clause text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    protected constant regclass := format('sharing.%I', keep_policy.table_name)::regclass;
    mark constant text := md5(keep_policy.clause);
begin
    if not (select relrowsecurity from pg_class where oid = protected) then
        execute format('alter table %s enable row level security', protected);
    end if;
    if not exists (
        select from pg_policy
        where polrelid = protected and polname = keep_policy.policy_name and obj_description(oid, 'pg_policy') = mark
    ) then
        execute format('drop policy if exists %I on %s', keep_policy.policy_name, protected);
        execute format('create policy %I on %s %s', keep_policy.policy_name, protected, keep_policy.clause);
        execute format('comment on policy %I on %s is %L', keep_policy.policy_name, protected, mark);
    end if;
end
$$;
revoke all on procedure sharing.keep_policy(text, text, text) from public;
