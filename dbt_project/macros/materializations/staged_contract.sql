{#- Stages the batches of one contract that are not staged yet, in one transaction: accepted rows are appended to
    staging.<contract>, rejected rows go whole to quarantine, and the ledger proves that no row got lost.
    With --full-refresh staging is rebuilt from landing under today's rules, and quarantine is brought in line:
    a row still rejected keeps its history, a row now accepted leaves. -#}
{% materialization staged_contract, adapter='postgres' %}
    {%- set contract_id = model.name -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set rebuild = should_full_refresh() -%}
    {%- set landing_relation = api.Relation.create(target.database, 'landing', contract_id, type='table') -%}
    {#- asked of the database: dbt's cache counts a schema as known once its first relation is in it, so while
        one thread fills it another is told that a table which exists does not -#}
    {% call statement('landing_exists', fetch_result=True) %}
        select to_regclass('{{ landing_relation }}') is not null
    {% endcall %}
    {%- if not load_result('landing_exists')['data'][0][0] -%}
        {{ exceptions.raise_compiler_error(
            "landing." ~ contract_id ~ " does not exist: create the landing tables first"
        ) }}
    {%- endif -%}

    {{ run_hooks(pre_hooks) }}
    {#- two runs that stage the same contract at once would stage the same batch twice -#}
    {% do staging_statement("select pg_advisory_xact_lock(hashtextextended('staged_contract:" ~ contract_id ~ "', 0))") %}
    {% if rebuild %}
        {% do staging_statement("drop table if exists " ~ target_relation ~ " cascade") %}
        {% do staging_statement("delete from staging.staged_batch where contract_id = '" ~ contract_id ~ "'") %}
        {% do staging_statement("delete from staging.disappearance where contract_id = '" ~ contract_id ~ "'") %}
    {% endif %}
    {% do staging_statement(staging_pending_sql(contract_id)) %}
    {% do staging_statement("create temporary table staging_judged on commit drop as " ~ sql) %}
    {#- a batch that committed between the two statements above waits for the next run -#}
    {% do staging_statement(
        "delete from staging_judged where batch_id not in (select batch_id from staging_pending)"
    ) %}
    {% set is_new = existing_relation is none or rebuild %}
    {% set columns = staging_prepare_target(target_relation, not is_new) %}
    {% call statement('pending', fetch_result=True) %}
        select
            count(*), count(*) filter (where holds_corrections), count(*) filter (where repeats_batch_id is not null)
        from staging_pending
    {% endcall %}
    {% set pending = load_result('pending')['data'][0] %}
    {% set has_corrections = pending[1] > 0 %}
    {#- most contracts have nothing new on most days #}
    {%- if not is_new and pending[0] == 0 -%}
        {% call statement('main') %}select 1 where false{% endcall %}
        {{ run_hooks(post_hooks) }}
        {% do adapter.commit() %}
        {{ return({'relations': [target_relation]}) }}
    {%- endif -%}
    {% do staging_statement(staging_repeated_sql()) %}
    {% if not is_new %}{% do staging_statement(staging_held_sql(target_relation)) %}{% endif %}
    {% do staging_statement(staging_accept_sql(target_relation, columns), name='main') %}
    {% if is_new %}
        {% do staging_statement("alter table " ~ target_relation ~ " add primary key (batch_id, row_number)") %}
        {% do staging_statement("create index on " ~ target_relation ~ " (record_key)") %}
    {% endif %}
    {% set has_repeats = pending[2] > 0 %}
    {% do staging_statement(staging_reject_sql(contract_id, landing_relation, has_corrections or has_repeats)) %}
    {% if rebuild %}{% do staging_statement(staging_release_sql(contract_id)) %}{% endif %}
    {% do staging_statement(staging_clear_sql(contract_id)) %}
    {% if has_corrections %}
        {% do staging_statement(staging_clear_referenced_sql(contract_id, landing_relation)) %}
    {% endif %}
    {% if has_repeats %}{% do staging_statement(staging_clear_repeated_sql(contract_id)) %}{% endif %}
    {% do staging_statement(staging_headings_sql(contract_id)) %}
    {% call statement('lists', fetch_result=True) %}{{ staging_pending_lists_sql() }}{% endcall %}
    {% if load_result('lists')['data'][0][0] %}
        {% do staging_statement(staging_disappeared_sql(contract_id, target_relation)) %}
    {% endif %}
    {% do staging_statement(staging_ledger_sql(contract_id)) %}
    {% do staging_statement(staging_fill_sql(contract_id)) %}
    {% call statement('counts', fetch_result=True) %}{{ staging_counts_sql(contract_id) }}{% endcall %}
    {% set counts = load_result('counts')['data'][0] %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {% do log(
        contract_id ~ ": landed " ~ counts[0] ~ ", accepted " ~ counts[1] ~ ", quarantined " ~ counts[2]
        ~ " in " ~ counts[3] ~ " batches", info=true
    ) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro staging_statement(sql, name='staging') %}
    {% call statement(name) %}{{ sql }}{% endcall %}
{% endmacro %}
