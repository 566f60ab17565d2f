-- After 91_review.sql, whose function refuses: what was delivered, or failed, stays said.
do $$
begin
    -- made only where missing: a trigger locks writers out
    if not exists (
        select from pg_catalog.pg_trigger
        where tgrelid = 'supervision.delivery_attempt'::regclass and tgname = 'append_only'
    ) then
        create trigger append_only before update or delete on supervision.delivery_attempt
        for each row execute function supervision.refuse_change();
    end if;
end
$$;
