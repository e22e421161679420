CREATE TABLE invoice (id INTEGER PRIMARY KEY, number TEXT NOT NULL, issued DATE NOT NULL, total REAL NOT NULL);
CREATE TABLE line (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoice (id),
  article TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price REAL NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
INSERT INTO invoice
SELECT i, printf('INV-%08d', i), date(1600000000 + i * 7919 % 100000000, 'unixepoch'), i * 7919 % 1000000 / 100.0 FROM n;
-- Lines come in no order of their invoices, as in a database that has grown.
WITH RECURSIVE
  n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4 * :size),
  r(i, h) AS (SELECT i, i * 2654435761 % 4294967296 * 40503 / 65536 FROM n)
INSERT INTO line
SELECT i, 1 + h % :size, 'Article ' || (h % 5000) || ' in a box', 1 + h % 9, h % 100000 / 100.0 FROM r;
-- The index finds an invoice's lines, and holds none of the columns that are wanted.
CREATE INDEX line_invoice ON line (invoice_id);
