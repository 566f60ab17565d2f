{#- What landing noted of a row beside its values (credit_grading.landing.changes): the operation as this project calls
    it, or the word that the department file does not list behind a question mark; and the row's place in the order. -#}
{% macro row_marks() -%}
        coalesce(landed_row.extra_columns ->> '_operation' = 'deleted', false) as is_deletion,
        substring(landed_row.extra_columns ->> '_operation', '^[?](.*)$') as unknown_operation,
        landed_row.extra_columns ->> '_sequence' as received_sequence,
        quarantine.referenced(landed_row.extra_columns ->> '_corrects') as corrected_row
{%- endmacro %}


{#- The reasons why such a note sends its row to quarantine. -#}
{% macro mark_reasons() -%}
        case
            when unknown_operation is not null
                then jsonb_build_object('code', 'unknown_operation', 'column', null, 'value', unknown_operation)
        end,
        case
            when received_sequence is not null and change_sequence is null
                then jsonb_build_object('code', 'unreadable_sequence', 'column', null, 'value', received_sequence)
        end
{%- endmacro %}


{#- {batch, row} in whose place a correction is sent, the first one where it was sent back more than once; null where no
    earlier row of the department and contract has the number. The rows of a file that is read again, because a heading
    was explained since, stand where they stood. -#}
{% macro corrected_place(contract_id) -%}
    case
        when repeated_batch_id is not null then array[repeated_batch_id, row_number]
        when corrected_row is not null then coalesce(
            (
                select array[
                    coalesce(held.corrects_batch_id, held.batch_id), coalesce(held.corrects_row_number, held.row_number)
                ]
                from quarantine.rejected_row as held
                where
                    held.contract_id = '{{ contract_id }}' and held.batch_id = corrected_row[1]
                    and held.row_number = corrected_row[2] and held.department_id = kept.department_id
            ),
            (
                select corrected_row from landing.batch as earlier
                where
                    earlier.batch_id = corrected_row[1] and earlier.batch_id < kept.batch_id
                    and earlier.contract_id = '{{ contract_id }}' and earlier.department_id = kept.department_id
            )
        )
    end
{%- endmacro %}


{#- What a row says about records that are not in its batch. A correction to a list that another one has followed is of
    the older list, whenever it arrives. -#}
{% macro row_delivery_kind() -%}
    case
        when
            corrected_place is not null
            and exists (
                select from landing.snapshot as list
                where
                    (list.department_id, list.feed_id) = (identified.department_id, identified.feed_id)
                    and list.snapshot_id < identified.batch_id
                    and case
                        when corrected_place[1] = any(list.batch_ids) then list.is_older
                        else not list.is_older and list.snapshot_id > corrected_place[1]
                    end
            )
            then 'older_snapshot'
        else delivery_kind
    end
{%- endmacro %}
