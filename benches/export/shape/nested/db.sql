CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER);
CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES author (id), title TEXT NOT NULL, year INTEGER NOT NULL);
CREATE TABLE chapter (id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL REFERENCES book (id), title TEXT NOT NULL, pages INTEGER NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
INSERT INTO author
SELECT i, 'Author ' || i, CASE WHEN i % 6 > 0 THEN 1800 + i % 200 END FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 * :size)
INSERT INTO book
SELECT i, 1 + i * 7919 % :size, 'The book of "' || i || '" and other tales', 1900 + i % 120 FROM n;
-- One book in thirteen has no chapter.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12 * :size)
INSERT INTO chapter
SELECT i, 1 + i * 7907 % (3 * :size), 'Chapter ' || i || ', in which nothing happens', 1 + i % 60 FROM n
WHERE (1 + i * 7907 % (3 * :size)) % 13 > 0;
CREATE INDEX book_author ON book (author_id);
CREATE INDEX chapter_book ON chapter (book_id);
