-- What `inbank serve` keeps beside the ledger. Whoever embeds the library has these tables too, and they stay empty, but for what is
-- decided in a console.
-- Nothing here is personal. What is secret is encrypted before it comes here, with a key that is kept elsewhere.

-- Where a shop's events are posted.
CREATE TABLE inbank_webhook (
    shop TEXT NOT NULL PRIMARY KEY,
    -- Who says so: the configuration's `file`, or a `call` of the API.
    origin TEXT NOT NULL,
    url TEXT NOT NULL,
    -- Encrypted; none where the file names the variable that holds them.
    secrets BLOB,
    changed_at INTEGER NOT NULL,
    -- The place in the shop's feed up to which all events are among the deliveries, or were delivered.
    position INTEGER NOT NULL,

    -- One process sends at a time.
    lease INTEGER NOT NULL,
    leased_until INTEGER,
    -- Nothing is sent before this.
    paused_until INTEGER,
    -- Since when there have been failures and nothing else.
    failing_since INTEGER,
    disabled_at INTEGER,
    disabled_because TEXT,

    -- The last answer, and the last that was a success.
    tried_at INTEGER,
    last_status INTEGER,
    last_problem TEXT,
    delivered_at INTEGER
) STRICT;

-- Events that are still to be posted, those that were given up, and, for a while, those that were taken.
CREATE TABLE inbank_webhook_delivery (
    shop TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    -- When it is tried next; none once it is given up. An order's events are due in their order.
    due_at INTEGER,
    dead_at INTEGER,
    taken_at INTEGER,
    -- What came of the last try, in words of ours.
    tried_at INTEGER,
    status INTEGER,
    problem TEXT,
    PRIMARY KEY (shop, reference, number),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
) STRICT;

CREATE INDEX inbank_webhook_delivery_due ON inbank_webhook_delivery (shop, due_at, position) WHERE due_at IS NOT NULL;
CREATE INDEX inbank_webhook_delivery_dead ON inbank_webhook_delivery (shop, dead_at) WHERE dead_at IS NOT NULL;
-- What failed last, of those that were not taken since; and what was taken, by when it may go.
CREATE INDEX inbank_webhook_delivery_failed ON inbank_webhook_delivery (shop, tried_at DESC, position)
    WHERE tried_at IS NOT NULL AND taken_at IS NULL;
CREATE INDEX inbank_webhook_delivery_taken ON inbank_webhook_delivery (taken_at) WHERE taken_at IS NOT NULL;

-- Requests that came with an `Idempotency-Key`. Neither the key nor who brought it is kept, but a digest of both with method and route.
CREATE TABLE inbank_idempotency (
    name BLOB NOT NULL PRIMARY KEY,
    -- A digest of what is asked.
    fingerprint BLOB NOT NULL,
    began_at INTEGER NOT NULL,
    -- While the first request is under way.
    held_until INTEGER,
    -- What it became, for the service to read.
    became TEXT
) STRICT;

CREATE INDEX inbank_idempotency_began ON inbank_idempotency (began_at);

-- Shops that were added by a call of the API.
CREATE TABLE inbank_shop (
    shop TEXT NOT NULL PRIMARY KEY,
    -- What is not secret, for the service to read.
    settings TEXT NOT NULL,
    -- Encrypted.
    secrets BLOB,
    changed_at INTEGER NOT NULL
) STRICT;

-- Counts changes, for processes to see that there was one.
CREATE TABLE inbank_revision (
    name TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT;

-- Who decided what.
CREATE TABLE inbank_audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    shop TEXT,
    reference TEXT,
    why TEXT
) STRICT;

CREATE INDEX inbank_audit_at ON inbank_audit (at);
CREATE INDEX inbank_audit_shop ON inbank_audit (shop);
CREATE INDEX inbank_audit_order ON inbank_audit (reference, shop) WHERE reference IS NOT NULL;
