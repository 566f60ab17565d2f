{{ stage_contract('industry_record', catalogue_item=ref('catalogue_item')) }}
