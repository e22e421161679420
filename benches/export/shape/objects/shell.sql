SELECT '{"create":{"_index":"orders","_id":"' || o.id || '"}}' || char(10) || json_object(
  'customer', json_object('_id', c.id, 'name', c.name, 'email', c.email, 'city', c.city,
    'vip', json(iif(c.vip, 'true', 'false'))),
  'product', CASE WHEN p.id IS NOT NULL
    THEN json_object('_id', p.id, 'name', p.name, 'price', p.price, 'category', p.category) END,
  'quantity', o.quantity,
  'ordered', replace(o.ordered, ' ', 'T'))
FROM "order" o JOIN customer c ON c.id = o.customer_id LEFT JOIN product p ON p.id = o.product_id
ORDER BY o.id;
