CREATE TABLE article (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL);
-- Ten thousand bytes each: lines with an end, now and then a quote and a letter beyond ASCII.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
INSERT INTO article
SELECT i, 'Article ' || i, replace(hex(zeroblob(80)), '00', printf(
  'In line %08d of this text the naïve reader finds nothing new, and one "quoted word" that does not help her either at all.' || char(10), i))
FROM n;
