SELECT '{"create":{"_index":"people","_id":"' || code || '"}}' || char(10) || json_object(
  'code', code,
  'name', name,
  'city', city,
  'born', born,
  'score', score)
FROM person
ORDER BY code;
