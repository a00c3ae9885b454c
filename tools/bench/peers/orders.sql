-- What the peers of the scenario of orders keep, with 100,000 orders in it.
CREATE TABLE inbox (event_id text PRIMARY KEY, received_at timestamptz NOT NULL);
CREATE TABLE orders (
    order_id text PRIMARY KEY,
    status text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE TABLE changes (
    id bigserial PRIMARY KEY,
    order_id text NOT NULL,
    event_id text NOT NULL,
    status text NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX changes_by_order ON changes (order_id);
INSERT INTO inbox SELECT 'evt_A' || lpad(n::text, 12, '0'), now() FROM generate_series(1, 100000) AS n;
INSERT INTO orders SELECT 'ord_' || md5(n::text), 'paid', 1000 + n % 40000, 'eur', now() FROM generate_series(1, 100000) AS n;
INSERT INTO changes (order_id, event_id, status, changed_at)
    SELECT 'ord_' || md5(n::text), 'evt_A' || lpad(n::text, 12, '0'), 'paid', now() FROM generate_series(1, 100000) AS n;
ANALYZE;
