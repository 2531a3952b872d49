-- name: change set
INSERT INTO ledger_changeset (at, verb, actor_kind, actor_id, person_id, actor_label, door)
VALUES (:now, 'close_opportunity', 'person', :user_id, :user_id, 'Floor', 'web') RETURNING id AS change_set_id;
-- name: permit and lock
SELECT deal.* FROM opportunities_opportunity AS deal
WHERE deal.id = :deal_id AND deal.deleted_at IS NULL AND {visible} {for update};
-- name: reason
SELECT id AS reason_id FROM reference_closereason WHERE code = 'PRICE_W' AND deleted_at IS NULL;
-- name: close
UPDATE opportunities_opportunity SET status = 'won', closed_on = :today, close_reason_id = :reason_id,
    actual_value = estimated_value, chance = 1000000, completed = 1000000, probability = 1000000, expected = value,
    expected_base = value_base, version = version + 1, touched_at = :now WHERE id = :deal_id;
-- name: end the entry
UPDATE opportunities_entry SET ended_at = :now, is_current = {false} WHERE opportunity_id = :deal_id AND is_current;
-- name: begin another
INSERT INTO opportunities_entry (status, process_id, stage_id, close_reason_id, account_id, contact_id, owner_id, currency, rate, base_digits, estimated_value, actual_value, chance, completed, probability, probability_source, forecast_category, estimated_close_on, closed_on, value, expected, value_base, expected_base, opportunity_id, change_set_id, move, at, "on", is_current)
SELECT status, process_id, stage_id, close_reason_id, account_id, contact_id, owner_id, currency, rate, base_digits, estimated_value, actual_value, chance, completed, probability, probability_source, forecast_category, estimated_close_on, closed_on, value, expected, value_base, expected_base, id, :change_set_id, 'won', :now, :today, {true}
FROM opportunities_opportunity WHERE id = :deal_id;
-- name: change
INSERT INTO ledger_change (change_set_id, kind, record_id, version, operation, at, "on", before, after, detail)
SELECT :change_set_id, 'opportunity', id, version, 'update', :now, :today, '{}', '{"status": "won"}', '{}'
FROM opportunities_opportunity WHERE id = :deal_id;
-- name: customer
UPDATE customers_account SET customer_since = :today, version = version + 1
WHERE id = (SELECT account_id FROM opportunities_opportunity WHERE id = :deal_id) AND customer_since IS NULL;
-- name: open tasks
UPDATE activities_task SET state = 'cancelled', ended_at = :now
WHERE about_kind = 'opportunity' AND about_id = :deal_id AND state = 'open';
