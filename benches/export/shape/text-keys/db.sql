CREATE TABLE person (code TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, born DATE NOT NULL, score REAL NOT NULL);
WITH RECURSIVE
  n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size),
  r(i, h) AS (SELECT i, i * 2654435761 % 4294967296 FROM n)
INSERT INTO person
SELECT printf('%08x-%04x', h, i % 65536), 'Person ' || i || ' of a long line', 'City ' || (h % 1000),
  date(100000000 + h % 1000000000, 'unixepoch'), h % 10000 / 100.0
FROM r;
