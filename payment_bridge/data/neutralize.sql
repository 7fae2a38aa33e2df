-- A copy of a database must never pay: its channels stop until a person has looked at them.
UPDATE payment_bridge_channel
   SET state = 'paused', pause_reason = 'This database is a neutralized copy.'
 WHERE state = 'active';
