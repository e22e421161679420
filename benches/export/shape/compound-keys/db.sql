CREATE TABLE seat (
  hall TEXT NOT NULL,
  number INTEGER NOT NULL,
  guest TEXT,
  price REAL NOT NULL,
  sold DATETIME,
  PRIMARY KEY (hall, number)
) WITHOUT ROWID;
WITH RECURSIVE
  n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size),
  r(i, h) AS (SELECT i, i * 2654435761 % 4294967296 FROM n)
INSERT INTO seat
SELECT 'Hall ' || (i % 50), i, CASE WHEN h % 4 > 0 THEN 'Guest ' || h END, h % 20000 / 100.0,
  CASE WHEN h % 4 > 0 THEN datetime(1600000000 + h % 100000000, 'unixepoch') END
FROM r;
