{#-
    CTE `referred`: which record each version of CTE `version` (see record_versions) is about, as far as it was known, in
    pieces [known_from, known_until): a record that arrives, is corrected or gets a double begins another piece.

    A record is named by its contract, its document number and its subject, whichever department reported it. The
    subject is the same where the keys are, or, where one side has no credit code, where the names are; where no record
    fits so, also where both stand under one key by then: the firm got another code, or took the other one's place
    (decision 0013). Exactly one record must fit (never guessed, decision 0010), and it must not be later than the day
    of what refers to it.

    contract_column, day: columns of `version`. Stands right behind record_versions, whose list of CTEs it continues.
-#}
{% macro referred_record(contract_column, day) %}
{%- set documented_record = ref('documented_record') -%}
{%- set subject_link = ref('subject_link') -%}
{%- if execute -%}
,

referring as (
    select
        record_key, known_from as version_from, known_until as version_until, subject_key, subject_kind,
        {{ contract_column }} as contract_id, {{ day }} as referring_day,
        staging.normalised_name(document_number) as document_number,
        staging.normalised_name(subject_name) as subject_name
    from version
    where known_until is null or known_until > known_from
),

documented as (select * from {{ documented_record }}),

{{ candidate_record(subject_link) }},

moment as (
    select record_key, version_from, version_until, version_from as known_from from referring
    union
    select record_key, version_from, version_until, known_from from candidate
    union
    select record_key, version_from, version_until, known_until from candidate
    where known_until is distinct from version_until
),

piece as (
    select
        record_key, version_from, known_from,
        coalesce(
            lead(known_from) over (partition by record_key, version_from order by known_from), version_until
        ) as known_until
    from moment
),

-- who is named goes before who stands in the other's place
fitting as (
    select
        piece.record_key, piece.version_from, piece.known_from, piece.known_until,
        candidate.referred_record_key, candidate.is_possible,
        dense_rank() over (
            partition by piece.record_key, piece.version_from, piece.known_from order by candidate.is_named desc
        ) as place
    from piece
    left join candidate
        on
            piece.record_key = candidate.record_key
            and piece.version_from = candidate.version_from
            and candidate.known_from <= piece.known_from
            and coalesce(candidate.known_until, 'infinity') > piece.known_from
),

referred as (
    select
        record_key, version_from, known_from, known_until,
        case
            when count(distinct referred_record_key) = 1 and bool_and(is_possible) then min(referred_record_key)
        end as referred_record_key,
        case
            when count(referred_record_key) = 0 then 'no_record'
            when count(distinct referred_record_key) > 1 then 'several_records'
            when not bool_and(is_possible) then 'record_is_later'
            else 'unique_document_and_subject'
        end collate "C" as match_reason
    from fitting
    where place = 1
    group by record_key, version_from, known_from, known_until
)
{%- endif -%}
{% endmacro %}
