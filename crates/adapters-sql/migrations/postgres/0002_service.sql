-- What `inbank serve` keeps beside the ledger. Whoever embeds the library has these tables too, and they stay empty, but for what is
-- decided in a console.
-- Nothing here is personal. What is secret is encrypted before it comes here, with a key that is kept elsewhere.

-- Where a shop's events are posted.
CREATE TABLE inbank_webhook (
    shop TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Who says so: the configuration's `file`, or a `call` of the API.
    origin TEXT NOT NULL,
    url TEXT NOT NULL,
    -- Encrypted; none where the file names the variable that holds them.
    secrets BYTEA,
    changed_at BIGINT NOT NULL,
    -- The place in the shop's feed up to which all events are among the deliveries, or were delivered.
    position BIGINT NOT NULL,

    -- One process sends at a time.
    lease BIGINT NOT NULL,
    leased_until BIGINT,
    -- Nothing is sent before this.
    paused_until BIGINT,
    -- Since when there have been failures and nothing else.
    failing_since BIGINT,
    disabled_at BIGINT,
    disabled_because TEXT,

    -- The last answer, and the last that was a success.
    tried_at BIGINT,
    last_status BIGINT,
    last_problem TEXT,
    delivered_at BIGINT
);

-- Events that are still to be posted, those that were given up, and, for a while, those that were taken.
CREATE TABLE inbank_webhook_delivery (
    shop TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- When it is tried next; none once it is given up. An order's events are due in their order.
    due_at BIGINT,
    dead_at BIGINT,
    taken_at BIGINT,
    -- What came of the last try, in words of ours.
    tried_at BIGINT,
    status BIGINT,
    problem TEXT,
    PRIMARY KEY (shop, reference, number),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000
);

CREATE INDEX inbank_webhook_delivery_due ON inbank_webhook_delivery (shop, due_at, position) WHERE due_at IS NOT NULL;
CREATE INDEX inbank_webhook_delivery_dead ON inbank_webhook_delivery (shop, dead_at) WHERE dead_at IS NOT NULL;
-- What failed last, of those that were not taken since; and what was taken, by when it may go.
CREATE INDEX inbank_webhook_delivery_failed ON inbank_webhook_delivery (shop, tried_at DESC, position)
    WHERE tried_at IS NOT NULL AND taken_at IS NULL;
CREATE INDEX inbank_webhook_delivery_taken ON inbank_webhook_delivery (taken_at) WHERE taken_at IS NOT NULL;

-- Requests that came with an `Idempotency-Key`. Neither the key nor who brought it is kept, but a digest of both with method and route.
CREATE TABLE inbank_idempotency (
    name BYTEA NOT NULL PRIMARY KEY,
    -- A digest of what is asked.
    fingerprint BYTEA NOT NULL,
    began_at BIGINT NOT NULL,
    -- While the first request is under way.
    held_until BIGINT,
    -- What it became, for the service to read.
    became TEXT
);

CREATE INDEX inbank_idempotency_began ON inbank_idempotency (began_at);

-- Shops that were added by a call of the API.
CREATE TABLE inbank_shop (
    shop TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- What is not secret, for the service to read.
    settings TEXT NOT NULL,
    -- Encrypted.
    secrets BYTEA,
    changed_at BIGINT NOT NULL
);

-- Counts changes, for processes to see that there was one.
CREATE TABLE inbank_revision (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);

-- Who decided what.
CREATE TABLE inbank_audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    shop TEXT COLLATE "C",
    reference TEXT COLLATE "C",
    why TEXT
);

CREATE INDEX inbank_audit_at ON inbank_audit (at);
CREATE INDEX inbank_audit_shop ON inbank_audit (shop, id);
CREATE INDEX inbank_audit_order ON inbank_audit (reference, shop, id) WHERE reference IS NOT NULL;
