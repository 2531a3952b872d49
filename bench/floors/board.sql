-- name: sums
SELECT deal.stage_id, count(*), sum(deal.value_base), sum(deal.expected_base)
FROM opportunities_opportunity AS deal
WHERE deal.deleted_at IS NULL AND deal.process_id = :process_id AND deal.closed_on IS NULL AND {visible}
GROUP BY deal.stage_id;
-- name: cards
-- each: stages
SELECT deal.id, deal.version, deal.number, deal.subject, deal.status, deal.stage_id, deal.account_id,
    account.name AS account_name, contact.first_name, contact.last_name, deal.currency, deal.value, deal.value_base,
    deal.expected_base, deal.probability, deal.estimated_close_on, deal.closed_on, deal.stage_since, deal.touched_at,
    owner.name AS owner_name
FROM opportunities_opportunity AS deal
JOIN identity_user AS owner ON owner.id = deal.owner_id
LEFT JOIN customers_account AS account ON account.id = deal.account_id
LEFT JOIN customers_contact AS contact ON contact.id = deal.contact_id
WHERE deal.deleted_at IS NULL AND deal.process_id = :process_id AND deal.closed_on IS NULL AND {stage} AND deal.estimated_close_on IS NOT NULL AND {visible}
ORDER BY deal.estimated_close_on, deal.id LIMIT 41;
-- name: tasks
SELECT about_id, subject, due_on FROM activities_task
WHERE about_kind = 'opportunity' AND state = 'open' AND about_id IN (:ids);
-- name: categories
SELECT mark.record_id, category.color, category.name_en FROM reference_categorymark AS mark
JOIN reference_category AS category ON category.id = mark.category_id
WHERE mark.deleted_at IS NULL AND mark.record_kind = 'opportunity' AND mark.record_id IN (:ids);
