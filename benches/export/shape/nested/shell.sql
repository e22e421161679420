SELECT '{"create":{"_index":"authors","_id":"' || a.id || '"}}' || char(10) || json_object(
  'name', a.name,
  'born', a.born,
  'book', (
    SELECT json_group_array(json_object(
      '_id', id,
      'title', title,
      'year', year,
      'chapter', (
        SELECT json_group_array(json_object('_id', id, 'title', title, 'pages', pages)) FROM (
          SELECT * FROM chapter c WHERE c.book_id = b.id ORDER BY c.id))))
    FROM (SELECT * FROM book WHERE book.author_id = a.id ORDER BY book.id) b))
FROM author a
ORDER BY a.id;
