CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, city TEXT NOT NULL, vip BOOLEAN NOT NULL);
CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL NOT NULL, category TEXT NOT NULL);
CREATE TABLE "order" (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  product_id INTEGER REFERENCES product (id),
  quantity INTEGER NOT NULL,
  ordered DATETIME NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size / 4)
INSERT INTO customer
SELECT i, 'Customer ' || i || ' of "Example & Sons"', 'customer' || i || '@example.org', 'City ' || (i * 7919 % 1000), i % 10 = 0 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size / 10)
INSERT INTO product
SELECT i, 'Product number ' || i || ', a thing of some use', i * 7919 % 100000 / 100.0, 'Category ' || (i % 40) FROM n;
WITH RECURSIVE
  n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size),
  r(i, h) AS (SELECT i, i * 2654435761 % 4294967296 * 40503 / 65536 FROM n)
INSERT INTO "order"
SELECT i, 1 + h % (:size / 4), CASE WHEN h % 50 > 0 THEN 1 + h / 64 % (:size / 10) END, 1 + h % 9,
  datetime(1600000000 + h % 100000000, 'unixepoch')
FROM r;
CREATE INDEX order_customer ON "order" (customer_id);
CREATE INDEX order_product ON "order" (product_id);
