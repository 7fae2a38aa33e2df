-- A copy of a database must never pay: its channels stop until a person has looked at them.
UPDATE payment_bridge_channel
   SET state = 'paused', pause_reason = 'This database is a neutralized copy.'
 WHERE state = 'active';

-- Nor may it sign the audit trail as the original does; it makes keys of its own.
UPDATE payment_bridge_audit_key SET sealed_private = NULL;
UPDATE res_company SET bridge_trail_email = NULL;
