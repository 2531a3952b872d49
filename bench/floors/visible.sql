(deal.owner_id = :user_id
 OR deal.owner_id IN (SELECT mate.user_id FROM identity_membership AS mate
    JOIN identity_membership AS mine ON mine.team_id = mate.team_id WHERE mine.user_id = :user_id)
 OR deal.id IN (SELECT record_id FROM identity_share WHERE record_kind = 'opportunity' AND deleted_at IS NULL
    AND (user_id = :user_id OR team_id IN (SELECT team_id FROM identity_membership WHERE user_id = :user_id))))
