-- name: deal
SELECT deal.*, account.name AS account_name, contact.first_name, contact.last_name, owner.name AS owner_name
FROM opportunities_opportunity AS deal
JOIN identity_user AS owner ON owner.id = deal.owner_id
LEFT JOIN customers_account AS account ON account.id = deal.account_id
LEFT JOIN customers_contact AS contact ON contact.id = deal.contact_id
WHERE deal.id = :deal_id AND deal.deleted_at IS NULL AND {visible};
-- name: process
SELECT * FROM process_stage WHERE process_id = :process_id AND deleted_at IS NULL ORDER BY position;
-- name: steps
SELECT step.* FROM process_step AS step JOIN process_stage AS stage ON stage.id = step.stage_id
WHERE stage.process_id = :process_id AND step.deleted_at IS NULL ORDER BY step.position;
-- name: marks
SELECT step_id, is_done FROM opportunities_stepmark WHERE opportunity_id = :deal_id;
-- name: entries
SELECT entry.id, entry.at, entry."on", entry.move, entry.status, entry.stage_id, entry.value, entry.probability,
    entry.expected, entry.estimated_close_on, change_set.actor_label, change_set.undoes_id
FROM opportunities_entry AS entry JOIN ledger_changeset AS change_set ON change_set.id = entry.change_set_id
WHERE entry.opportunity_id = :deal_id ORDER BY entry.at;
-- name: tasks
SELECT id, subject, due_on, state FROM activities_task
WHERE about_kind = 'opportunity' AND about_id = :deal_id ORDER BY due_on;
-- name: rivals
SELECT rival.id, rival.price, competitor.name FROM opportunities_rival AS rival
JOIN opportunities_competitor AS competitor ON competitor.id = rival.competitor_id
WHERE rival.opportunity_id = :deal_id AND rival.deleted_at IS NULL;
-- name: team
SELECT member.id, member.role, person.name FROM opportunities_teammember AS member
JOIN identity_user AS person ON person.id = member.user_id
WHERE member.opportunity_id = :deal_id AND member.deleted_at IS NULL;
-- name: connections
SELECT * FROM customers_connection WHERE deleted_at IS NULL
    AND ((first_kind = 'opportunity' AND first_id = :deal_id) OR (second_kind = 'opportunity' AND second_id = :deal_id));
-- name: categories
SELECT category.color, category.name_en FROM reference_categorymark AS mark
JOIN reference_category AS category ON category.id = mark.category_id
WHERE mark.deleted_at IS NULL AND mark.record_kind = 'opportunity' AND mark.record_id = :deal_id;
