-- code: lab-shared-account
-- severity: error
-- sentence: one account is registered from several addresses
-- remedy: Give each phone an account of its own, or change the password.
-- rule: house rule
--
-- Rows of any table can be findings. A summary of its own replaces the sentence; without a column
-- call the finding belongs to the whole capture.
SELECT aor || ' is registered from ' || count(DISTINCT src) || ' addresses: ' ||
         group_concat(DISTINCT src) AS summary
FROM registrations
WHERE state = 'active'
GROUP BY aor
HAVING count(DISTINCT src) > 1
