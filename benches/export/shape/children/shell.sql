SELECT '{"create":{"_index":"invoices","_id":"' || v.id || '"}}' || char(10) || json_object(
  'number', v.number,
  'issued', v.issued,
  'total', v.total,
  'line', (
    SELECT json_group_array(json_object('_id', id, 'article', article, 'quantity', quantity, 'price', price)) FROM (
      SELECT * FROM line l WHERE l.invoice_id = v.id ORDER BY l.id)))
FROM invoice v
ORDER BY v.id;
