-- A roll-back can hold further releases until somebody says that its cause is gone. Altered only where missing.
do $$
begin
    if not exists (
        select from pg_attribute where attrelid = 'sharing.roll_back'::regclass and attname = 'holds_releases'
    ) then
        alter table sharing.roll_back
        add column holds_releases boolean not null default false,
        -- who let releases go on, and when; null = nobody yet
        add column resumed_by text check (btrim(resumed_by) <> ''),
        add column resumed_at timestamptz,
        add check ((resumed_by is null) = (resumed_at is null));
    end if;
end
$$;
