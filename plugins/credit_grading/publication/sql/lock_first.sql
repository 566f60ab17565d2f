-- One publication, or roll-back, at a time: two of them wait for each other here and nowhere else.
select pg_advisory_xact_lock(7220131);
-- A release that was reported must survive a crash of the machine, whatever the server's habit is.
set local synchronous_commit = on;
set local lock_timeout = '10min'
