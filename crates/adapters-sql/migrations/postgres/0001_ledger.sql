-- Times are microseconds since 1970. Every name starts with `inbank_`, since the database may be the embedder's own.
-- Texts are compared by their bytes, as on SQLite, whatever the database's language is.

CREATE TABLE inbank_financing (
    shop TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    order_reference TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    product TEXT NOT NULL,
    family TEXT NOT NULL,
    state TEXT NOT NULL,
    merchant_approval BIGINT NOT NULL,
    session TEXT COLLATE "C",
    application TEXT COLLATE "C",
    contract TEXT,
    redirect_url TEXT,
    intent TEXT,
    intent_application TEXT,
    anomaly TEXT,
    opened_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    roused_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- The same as `leased_until` while there is a lease, so that a lapsed one is found as due work.
    due_at BIGINT,
    leased_until BIGINT,
    lease BIGINT NOT NULL,
    roused BIGINT NOT NULL,
    -- How many events there are, and the number of the last that was delivered.
    events BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    PRIMARY KEY (shop, id),
    -- The order first, because orders are also looked for in all shops.
    UNIQUE (order_reference, shop, attempt),
    UNIQUE (shop, session),
    UNIQUE (shop, application)
) WITH (
    -- Room on the page: a change that leaves `due_at` alone (a commit, a callback during a lease) then touches no index.
    fillfactor = 80,
    -- Every claim leaves a dead entry at the head of the index of due work, where the next claim looks: clear it away
    -- after some thousand, and not after a fifth of all financings there ever were.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000
);

CREATE INDEX inbank_financing_due ON inbank_financing (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX inbank_financing_opened ON inbank_financing (opened_at DESC, id);

CREATE TABLE inbank_callback (
    shop TEXT COLLATE "C" NOT NULL,
    financing TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (shop, financing, key),
    FOREIGN KEY (shop, financing) REFERENCES inbank_financing (shop, id)
);

CREATE INDEX inbank_callback_received ON inbank_callback (received_at);

CREATE TABLE inbank_event (
    shop TEXT COLLATE "C" NOT NULL,
    financing TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT,
    occurred_at BIGINT NOT NULL,
    PRIMARY KEY (shop, financing, number),
    FOREIGN KEY (shop, financing) REFERENCES inbank_financing (shop, id)
);
