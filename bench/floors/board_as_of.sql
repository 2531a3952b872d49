-- name: sums
SELECT entry.stage_id, count(*), sum(entry.value_base), sum(entry.expected_base)
FROM opportunities_entry AS entry JOIN opportunities_opportunity AS deal ON deal.id = entry.opportunity_id
WHERE deal.deleted_at IS NULL AND entry.at <= :instant AND (entry.ended_at IS NULL OR entry.ended_at > :instant) AND entry.process_id = :process_id AND entry.closed_on IS NULL AND {visible}
GROUP BY entry.stage_id;
-- name: cards
-- each: stages
SELECT deal.id, deal.version, deal.subject, entry.currency, entry.value, entry.value_base, entry.probability,
    entry.estimated_close_on, account.name, contact.first_name, contact.last_name, owner.name AS owner_name
FROM opportunities_entry AS entry JOIN opportunities_opportunity AS deal ON deal.id = entry.opportunity_id
JOIN identity_user AS owner ON owner.id = entry.owner_id
LEFT JOIN customers_account AS account ON account.id = entry.account_id
LEFT JOIN customers_contact AS contact ON contact.id = entry.contact_id
WHERE deal.deleted_at IS NULL AND entry.at <= :instant AND (entry.ended_at IS NULL OR entry.ended_at > :instant) AND entry.process_id = :process_id AND entry.closed_on IS NULL AND {entry_stage} AND entry.estimated_close_on IS NOT NULL AND {visible}
ORDER BY entry.estimated_close_on, entry.id LIMIT 41;
