-- code: lab-late-ringing
-- severity: warning
-- sentence: the caller waited more than 3 s for the first sign of the callee
-- explanation: Callers take silence after dialling for a fault and hang up.
-- remedy: Look at the hop that answers last: DNS, number lookup, a trunk that is tried in vain.
-- rule: house rule
--
-- One row for each call that breaks it. The column call says which; columns without a meaning of
-- their own, as pdd_ms here, are told behind the sentence.
SELECT id AS call, pdd_ms
FROM calls
WHERE kind = 'call' AND pdd_ms > 3000
