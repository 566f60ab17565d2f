-- Row policies. They stand on the stable sharing tables only, never on what dbt drops and builds again.
-- The owner (the pipeline) is not subject to them. Whoever else is granted a table without being entitled sees no row.

-- The department whose login role asks: role department_<id> ↔ department <id>; null for every other role.
-- Read once, here, like calendar.city_day: nothing of the reader's own can take the place of what stands in it.
create or replace function sharing.current_department() returns text
language sql stable
return substring(current_user from '^department_(.+)$');

do $$
declare
    -- Every subquery of a policy stands alone, so that it is computed once per statement and not once per row.
    mine constant text := 'entitled.department_id = sharing.current_department()'
        ' and calendar.city_day(now()) between coalesce(entitled.granted_from, ''-infinity'')'
        ' and coalesce(entitled.granted_until, ''infinity'')';
    whole constant text := 'rulebook_id in (select entitled.rulebook_id from sharing.entitlement as entitled'
        ' where entitled.divisions is null and ' || mine || ')'
        ' or exists (select from sharing.entitlement as entitled'
        ' where entitled.rulebook_id = ''all'' and entitled.divisions is null and ' || mine || ')';
    -- %1$s: the column with the division
    in_division constant text := '(rulebook_id, %1$s) in (select entitled.rulebook_id, unnest(entitled.divisions)'
        ' from sharing.entitlement as entitled where ' || mine || ')'
        ' or %1$s in (select unnest(entitled.divisions)'
        ' from sharing.entitlement as entitled where entitled.rulebook_id = ''all'' and ' || mine || ')';
    -- What stands behind a grade goes with the grade: asked row by row, but only of whom reads divisions.
    behind_grade constant text := 'exists (select from sharing.entitlement as entitled'
        ' where entitled.divisions is not null and ' || mine || ')'
        ' and exists (select from sharing.grade as visible where visible.rulebook_id = %1$I.rulebook_id'
        ' and visible.subject_key = %1$I.subject_key and visible.facet = %1$I.facet)';
    -- a record in publicity goes with any facet of the grade, a correction with the change that it explains
    behind_facet constant text := replace(behind_grade, ' and visible.facet = %1$I.facet', '');
    behind_change constant text := 'exists (select from sharing.entitlement as entitled'
        ' where entitled.divisions is not null and ' || mine || ')'
        ' and exists (select from sharing.grade_change as visible'
        ' where visible.sequence = grade_correction.sequence)';
    protected record;
begin
    for protected in
        select policy.table_name, policy.expression
        from (values
            ('entitlement', 'department_id = (select sharing.current_department())'),
            ('grade', concat_ws(' or ', whole, format(in_division, 'division_code'))),
            ('grade_change', concat_ws(
                ' or ', whole, format(in_division, 'division_code'), format(in_division, 'previous_division_code')
            )),
            ('contribution', concat_ws(' or ', whole, format(behind_grade, 'contribution'))),
            ('limit_hit', concat_ws(' or ', whole, format(behind_grade, 'limit_hit'))),
            ('crosswalk_level', concat_ws(' or ', whole, format(behind_grade, 'crosswalk_level'))),
            ('single_change', concat_ws(' or ', whole, format(behind_grade, 'single_change'))),
            ('objection', concat_ws(' or ', whole, format(behind_grade, 'objection'))),
            ('publicity', concat_ws(' or ', whole, format(behind_facet, 'publicity'))),
            ('grade_correction', concat_ws(' or ', whole, behind_change))
        ) as policy (table_name, expression)
    loop
        call sharing.keep_policy(
            protected.table_name, 'department_reads', format('for select using (%s)', protected.expression)
        );
    end loop;
end
$$;
