-- name: sums
SELECT deal.process_id, deal.stage_id, deal.status, count(*), sum(deal.value_base), sum(deal.expected_base)
FROM opportunities_opportunity AS deal
WHERE deal.deleted_at IS NULL AND {visible}
GROUP BY deal.process_id, deal.stage_id, deal.status;
