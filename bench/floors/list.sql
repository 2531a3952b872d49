-- name: rows
SELECT deal.id, deal.version, deal.number, deal.subject, deal.status, deal.stage_id, deal.account_id,
    account.name AS account_name, contact.first_name, contact.last_name, deal.currency, deal.value, deal.value_base,
    deal.expected_base, deal.probability, deal.estimated_close_on, deal.closed_on, deal.stage_since, deal.touched_at,
    owner.name AS owner_name
FROM opportunities_opportunity AS deal
JOIN identity_user AS owner ON owner.id = deal.owner_id
LEFT JOIN customers_account AS account ON account.id = deal.account_id
LEFT JOIN customers_contact AS contact ON contact.id = deal.contact_id
WHERE deal.deleted_at IS NULL AND {visible}
ORDER BY deal.touched_at DESC, deal.id DESC LIMIT 51;
-- name: sums
SELECT deal.process_id, deal.stage_id, deal.status, count(*), sum(deal.value_base), sum(deal.expected_base)
FROM opportunities_opportunity AS deal
WHERE deal.deleted_at IS NULL AND {visible}
GROUP BY deal.process_id, deal.stage_id, deal.status;
