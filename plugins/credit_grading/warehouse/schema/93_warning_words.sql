-- The words that columns of 93_warning.sql may hold. Made anew only where they became others, as that locks the table.
do $$
declare
    known record;
begin
    for known in select * from (values
        ('warning_rule', 'kind', array[
            'grade_drop', 'levels_in_period', 'points_in_period', 'near_threshold', 'validity_ends', 'publicity_ends',
            'serious_listing'
        ]),
        ('warning_event', 'cause', array[
            'rule_ended', 'no_longer_graded', 'rolled_back', 'recovered', 'period_over', 'below_threshold',
            'moved_away', 'threshold_crossed', 'validity_over', 'repaired', 'record_gone'
        ])
    ) as held (table_name, column_name, words) loop
        if not exists (
            select from pg_constraint
            where
                conrelid = format('sharing.%I', known.table_name)::regclass
                and conname = known.column_name || '_is_known'
                and strpos(pg_get_constraintdef(oid), known.words::text) > 0
        ) then
            execute format(
                'alter table sharing.%1$I drop constraint if exists %2$I, drop constraint if exists %3$I,'
                ' add constraint %3$I check (%4$I = any (%5$L))',
                known.table_name, known.table_name || '_' || known.column_name || '_check',
                known.column_name || '_is_known', known.column_name, known.words
            );
        end if;
    end loop;
end
$$;
