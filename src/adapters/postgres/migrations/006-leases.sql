-- Rows are renewed over and over, so their pages leave half their room to heap-only updates.

CREATE TABLE lease (
  name text COLLATE "C" PRIMARY KEY,
  holder text COLLATE "C" NOT NULL,
  until timestamptz NOT NULL
) WITH (fillfactor = 50);
