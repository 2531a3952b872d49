-- name: deals
SELECT deal.id, deal.subject, deal.number, account.name, contact.first_name, contact.last_name
FROM {search} JOIN opportunities_opportunity AS deal ON deal.id = entry.record_id
LEFT JOIN customers_account AS account ON account.id = deal.account_id
LEFT JOIN customers_contact AS contact ON contact.id = deal.contact_id
WHERE {matches} AND {newest} BETWEEN 1099511627776 AND 2199023255551 AND deal.deleted_at IS NULL AND {visible}
ORDER BY {newest} DESC LIMIT 50;
-- name: accounts
SELECT deal.id, deal.name, deal.city
FROM {search} JOIN customers_account AS deal ON deal.id = entry.record_id
WHERE {matches} AND {newest} BETWEEN 2199023255552 AND 3298534883327 AND deal.deleted_at IS NULL AND {visible account}
ORDER BY {newest} DESC LIMIT 50;
-- name: contacts
SELECT deal.id, deal.first_name, deal.last_name, employer.name
FROM {search} JOIN customers_contact AS deal ON deal.id = entry.record_id
LEFT JOIN customers_account AS employer ON employer.id = deal.account_id
WHERE {matches} AND {newest} BETWEEN 3298534883328 AND 4398046511103 AND deal.deleted_at IS NULL AND {visible contact}
ORDER BY {newest} DESC LIMIT 50;
