-- name: sums
SELECT entry.stage_id, count(*), sum(entry.value_base), sum(entry.expected_base)
FROM opportunities_entry AS entry
WHERE entry.at <= :instant AND (entry.ended_at IS NULL OR entry.ended_at > :instant) AND entry.process_id = :process_id AND entry.closed_on IS NULL
    AND entry.opportunity_id + 0 IN (SELECT deal.id FROM opportunities_opportunity AS deal WHERE deal.deleted_at IS NULL AND {visible})
GROUP BY entry.stage_id;
-- name: cards
-- each: stages
SELECT entry.opportunity_id, entry.currency, entry.value, entry.value_base, entry.probability,
    entry.estimated_close_on, account.name, contact.first_name, contact.last_name, owner.name AS owner_name
FROM opportunities_entry AS entry
JOIN identity_user AS owner ON owner.id = entry.owner_id
LEFT JOIN customers_account AS account ON account.id = entry.account_id
LEFT JOIN customers_contact AS contact ON contact.id = entry.contact_id
WHERE entry.at <= :instant AND (entry.ended_at IS NULL OR entry.ended_at > :instant) AND entry.process_id = :process_id AND entry.closed_on IS NULL AND {entry_stage} AND entry.estimated_close_on IS NOT NULL
    AND entry.opportunity_id + 0 IN (SELECT deal.id FROM opportunities_opportunity AS deal WHERE deal.deleted_at IS NULL AND {visible})
ORDER BY entry.estimated_close_on, entry.id LIMIT 41;
-- name: deals
SELECT id, version, number, subject FROM opportunities_opportunity WHERE id IN (:ids);
