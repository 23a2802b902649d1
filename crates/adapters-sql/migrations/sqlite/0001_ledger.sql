-- Times are microseconds since 1970. Every name starts with `inbank_`, since the database may be the embedder's own.

CREATE TABLE inbank_financing (
    shop TEXT NOT NULL,
    id TEXT NOT NULL,
    order_reference TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    product TEXT NOT NULL,
    family TEXT NOT NULL,
    state TEXT NOT NULL,
    merchant_approval INTEGER NOT NULL,
    session TEXT,
    application TEXT,
    contract TEXT,
    redirect_url TEXT,
    intent TEXT,
    intent_application TEXT,
    anomaly TEXT,
    opened_at INTEGER NOT NULL,
    answer_by INTEGER NOT NULL,
    roused_at INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    version INTEGER NOT NULL,
    -- The same as `leased_until` while there is a lease, so that a lapsed one is found as due work.
    due_at INTEGER,
    leased_until INTEGER,
    lease INTEGER NOT NULL,
    roused INTEGER NOT NULL,
    -- How many events there are, and the number of the last that was delivered.
    events INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    PRIMARY KEY (shop, id),
    -- The order first, because orders are also looked for in all shops.
    UNIQUE (order_reference, shop, attempt),
    UNIQUE (shop, session),
    UNIQUE (shop, application)
) STRICT;

CREATE INDEX inbank_financing_due ON inbank_financing (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX inbank_financing_opened ON inbank_financing (opened_at DESC, id);

CREATE TABLE inbank_callback (
    shop TEXT NOT NULL,
    financing TEXT NOT NULL,
    key TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (shop, financing, key),
    FOREIGN KEY (shop, financing) REFERENCES inbank_financing (shop, id)
) STRICT;

CREATE INDEX inbank_callback_received ON inbank_callback (received_at);

CREATE TABLE inbank_event (
    shop TEXT NOT NULL,
    financing TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    detail TEXT,
    occurred_at INTEGER NOT NULL,
    PRIMARY KEY (shop, financing, number),
    FOREIGN KEY (shop, financing) REFERENCES inbank_financing (shop, id)
) STRICT;
