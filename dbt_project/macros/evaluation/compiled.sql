{#- One text that a query gives, as it stands; '' where it gives none. -#}
{% macro written_sql(query) %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {% call statement('written', fetch_result=True) %}{{ query }}{% endcall %}
    {{ return((load_result('written')['data'] or [['']])[0][0] or '') }}
{% endmacro %}


{#- Of each record: from when and until when it counts, for every period that its catalogue item may have ('infinity':
    open). -#}
{% macro compiled_days() %}
    {{ return(written_sql("
        select string_agg(format('%s as counts_from_%s, case %s end as counts_until_%s', beginning, period, ends, period),
            ', ' order by period)
        from (
            select
                period,
                case
                    when count(distinct counts_from) = 1 then min(counts_from)
                    else 'case ' || string_agg(format('when %s then %s', means, counts_from), ' ' order by means) || ' end'
                end as beginning,
                string_agg(format('when %s then coalesce(%s, ''infinity'')', means, counts_until), ' ' order by means)
                as ends
            from (
                select
                    period, counts_from, counts_until,
                    format('catalogue_item_id in (%s)', string_agg(distinct quote_literal(catalogue_item_id), ', '))
                    as means
                from " ~ ref('compiled_line') ~ " group by period, counts_from, counts_until
            ) as alike
            group by period
        ) as period
    ")) }}
{% endmacro %}


{#- Of each record and period: whether it counts on the as-of date, and the first later day on which that changes. -#}
{% macro compiled_states() %}
    {{ return(written_sql("
        select string_agg(
            format(
                'counts_from_%1$s <= as_of and counts_until_%1$s > as_of as is_active_%1$s, '
                'case when counts_until_%1$s > greatest(counts_from_%1$s, as_of) then '
                'case when counts_from_%1$s > as_of then counts_from_%1$s else nullif(counts_until_%1$s, ''infinity'') end '
                'end as changes_on_%1$s',
                period
            ),
            ', ' order by period
        )
        from (select distinct period from " ~ ref('compiled_line') ~ ") as period
    ")) }}
{% endmacro %}


{#- Whether a record counts today or will count later, in any period. -#}
{% macro compiled_relevance() %}
    {{ return(written_sql("
        select string_agg(
            format('counts_until_%1$s > greatest(counts_from_%1$s, as_of)', period), ' or ' order by period
        )
        from (select distinct period from " ~ ref('compiled_line') ~ ") as period
    ")) }}
{% endmacro %}


{#- The catalogue items that any line means. -#}
{% macro compiled_items() %}
    {{ return(written_sql("
        select string_agg(distinct quote_literal(catalogue_item_id), ', ') from " ~ ref('compiled_line')
    )) }}
{% endmacro %}


{#- What a subject's records come to: the columns of every target, and the days of change of every rulebook. -#}
{% macro compiled_columns() %}
    {{ return(written_sql("
        select concat_ws(
            ', ',
            (select string_agg(columns, ', ' order by target_no) from " ~ ref('compiled_target') ~ "),
            (
                select string_agg(expression || ' as ' || column_name, ', ' order by column_name)
                from " ~ ref('compiled_change') ~ "
            )
        )
    ")) }}
{% endmacro %}


{#- The columns with days of change. -#}
{% macro compiled_change_columns() %}
    {{ return(written_sql("
        select string_agg(column_name, ', ' order by column_name) from " ~ ref('compiled_change')
    )) }}
{% endmacro %}


{#- One row (target_no, records, total, numbers, weight_total, numerator_total, highest, lowest) per target. -#}
{% macro compiled_total_rows(purposes=none) %}
    {{ return(written_sql("
        select string_agg(total_row, ', ' order by target_no) from " ~ ref('compiled_target')
        ~ (" where purpose in (" ~ purposes ~ ")" if purposes else "")
    )) }}
{% endmacro %}


{#- One row (rulebook_id, is_limit, changes_on) per column with days of change. -#}
{% macro compiled_change_rows() %}
    {{ return(written_sql("
        select string_agg(format('(%L, %L::boolean, %s)', rulebook_id, is_limit, column_name), ', ' order by column_name)
        from " ~ ref('compiled_change')
    )) }}
{% endmacro %}
