-- name: change set
INSERT INTO ledger_changeset (at, verb, actor_kind, actor_id, person_id, actor_label, door)
VALUES (:now, 'move_opportunity', 'person', :user_id, :user_id, 'Floor', 'web') RETURNING id AS change_set_id;
-- name: permit and lock
SELECT deal.* FROM opportunities_opportunity AS deal
WHERE deal.id = :deal_id AND deal.deleted_at IS NULL AND {visible} {for update};
-- name: stages
SELECT * FROM process_stage WHERE process_id = :process_id AND deleted_at IS NULL ORDER BY position;
-- name: steps
SELECT step.* FROM process_step AS step JOIN process_stage AS stage ON stage.id = step.stage_id
WHERE stage.process_id = :process_id AND step.deleted_at IS NULL;
-- name: move
UPDATE opportunities_opportunity SET stage_id = :stage_id, pipeline_phase_id = :stage_id, chance = 500000,
    completed = 500000, probability = 500000, expected = value / 2, expected_base = value_base / 2,
    stage_since = :today, version = version + 1, touched_at = :now WHERE id = :deal_id;
-- name: end the entry
UPDATE opportunities_entry SET ended_at = :now, is_current = {false} WHERE opportunity_id = :deal_id AND is_current;
-- name: begin another
INSERT INTO opportunities_entry (status, process_id, stage_id, close_reason_id, account_id, contact_id, owner_id, currency, rate, base_digits, estimated_value, actual_value, chance, completed, probability, probability_source, forecast_category, estimated_close_on, closed_on, value, expected, value_base, expected_base, opportunity_id, change_set_id, move, at, "on", is_current)
SELECT status, process_id, stage_id, close_reason_id, account_id, contact_id, owner_id, currency, rate, base_digits, estimated_value, actual_value, chance, completed, probability, probability_source, forecast_category, estimated_close_on, closed_on, value, expected, value_base, expected_base, id, :change_set_id, 'next', :now, :today, {true}
FROM opportunities_opportunity WHERE id = :deal_id;
-- name: change
INSERT INTO ledger_change (change_set_id, kind, record_id, version, operation, at, "on", before, after, detail)
SELECT :change_set_id, 'opportunity', id, version, 'update', :now, :today, '{}', '{"stage_id": 1}', '{}'
FROM opportunities_opportunity WHERE id = :deal_id;
