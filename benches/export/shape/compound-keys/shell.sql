SELECT '{"create":{"_index":"seats","_id":"' || hall || '-' || number || '"}}' || char(10) || json_object(
  'hall', hall,
  'number', number,
  'guest', guest,
  'price', price,
  'sold', replace(sold, ' ', 'T'))
FROM seat
ORDER BY hall, number;
