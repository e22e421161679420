SELECT '{"create":{"_index":"articles","_id":"' || id || '"}}' || char(10) || json_object('title', title, 'body', body)
FROM article
ORDER BY id;
