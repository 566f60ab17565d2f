-- After 91_review.sql, whose procedure it is: what was delivered, or failed, stays said.
call supervision.keep_append_only('supervision.delivery_attempt');
