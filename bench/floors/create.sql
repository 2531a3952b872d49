-- name: change set
INSERT INTO ledger_changeset (at, verb, actor_kind, actor_id, person_id, actor_label, door)
VALUES (:now, 'create_opportunity', 'person', :user_id, :user_id, 'Floor', 'web') RETURNING id AS change_set_id;
-- name: number
UPDATE reference_seriescounter SET last = last + 1 WHERE series = 'opportunity' AND year = :year;
-- name: customer
SELECT id, name FROM customers_account WHERE id = :account_id AND deleted_at IS NULL;
-- name: stages
SELECT * FROM process_stage WHERE process_id = :process_id AND deleted_at IS NULL ORDER BY position;
-- name: deal
INSERT INTO opportunities_opportunity ({columns})
SELECT {values} FROM opportunities_opportunity AS model WHERE model.id = :model_id RETURNING id AS deal_id;
-- name: entry
INSERT INTO opportunities_entry (status, process_id, stage_id, close_reason_id, account_id, contact_id, owner_id, currency, rate, base_digits, estimated_value, actual_value, chance, completed, probability, probability_source, forecast_category, estimated_close_on, closed_on, value, expected, value_base, expected_base, opportunity_id, change_set_id, move, at, "on", is_current)
SELECT status, process_id, stage_id, close_reason_id, account_id, contact_id, owner_id, currency, rate, base_digits, estimated_value, actual_value, chance, completed, probability, probability_source, forecast_category, estimated_close_on, closed_on, value, expected, value_base, expected_base, id, :change_set_id, 'created', :now, :today, {true}
FROM opportunities_opportunity WHERE id = :deal_id;
-- name: change
INSERT INTO ledger_change (change_set_id, kind, record_id, version, operation, at, "on", before, after, detail)
SELECT :change_set_id, 'opportunity', id, version, 'create', :now, :today, '{}', '{"subject": "Floor"}', '{}'
FROM opportunities_opportunity WHERE id = :deal_id;
-- name: search
INSERT INTO search_searchentry (id, record_kind, record_id, text)
VALUES (1099511627776 + :deal_id, 'opportunity', :deal_id, :text);
