-- Times are microseconds since 1970, flags 0 or 1. Every name starts with `inbank_`, since the database may be the embedder's own.
-- Texts are compared by their bytes, as on SQLite, whatever the database's language is.

CREATE TABLE inbank_order (
    shop TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    -- The number of the attempt that it is paid by.
    paid_by BIGINT,
    needs_person TEXT,
    -- Where it stands, as it follows from the rest.
    status TEXT COLLATE "C" NOT NULL,
    -- Whether no attempt lives, and when something last happened: what is forgotten goes by both.
    is_over BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,

    -- When there is something to do; counts while nobody holds the lease.
    due_at BIGINT,
    lease BIGINT NOT NULL,
    leased_until BIGINT,
    -- Woken since the last round, and since the present lease was taken.
    woken BIGINT NOT NULL,
    woken_again BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    aside BIGINT NOT NULL,

    -- How many events there are, the last that is done with, and the first that the platform refused for good.
    events BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    refused BIGINT,
    -- When the next is to be delivered; none where none waits.
    outbox_due_at BIGINT,
    outbox_lease BIGINT NOT NULL,
    outbox_leased_until BIGINT,
    outbox_failures BIGINT NOT NULL,

    -- The reference first, because orders are also looked for in all shops.
    PRIMARY KEY (reference, shop)
) WITH (
    -- Room on the page: a change that leaves the indexed columns alone then touches no index.
    fillfactor = 80,
    -- Every claim leaves a dead entry at the head of the index of due work, where the next claim looks: clear it away
    -- after some thousand, and not after a fifth of all orders there ever were.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000
);

-- Whenever an order is leased or becomes due, a new version of its row gets an entry in every index that is not for some rows only:
-- so there are two of these, and no more.
CREATE INDEX inbank_order_opened ON inbank_order (shop, status, opened_at DESC, reference);

-- An order is in one of each pair at the most, so what is claimed is found in an index of that alone: what is due, what lapsed,
-- and, at the far end, what a wrong clock has put there.
CREATE INDEX inbank_order_due ON inbank_order (shop, due_at) WHERE leased_until IS NULL AND due_at IS NOT NULL;
CREATE INDEX inbank_order_leased ON inbank_order (shop, leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX inbank_order_outbox_due ON inbank_order (shop, outbox_due_at)
    WHERE outbox_leased_until IS NULL AND outbox_due_at IS NOT NULL;
CREATE INDEX inbank_order_outbox_leased ON inbank_order (shop, outbox_leased_until) WHERE outbox_leased_until IS NOT NULL;
CREATE INDEX inbank_order_aside ON inbank_order (shop) WHERE aside = 1;
CREATE INDEX inbank_order_over ON inbank_order (touched_at) WHERE is_over = 1;
CREATE INDEX inbank_order_person ON inbank_order (shop, opened_at DESC, reference) WHERE needs_person IS NOT NULL;

CREATE TABLE inbank_attempt (
    shop TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    product TEXT NOT NULL,
    family TEXT NOT NULL,
    amount TEXT,
    currency TEXT,
    period BIGINT,
    fingerprint TEXT NOT NULL,
    merchant_approval BIGINT NOT NULL,
    application_signature BIGINT NOT NULL,
    state TEXT NOT NULL,
    opening TEXT NOT NULL,
    opening_until BIGINT,
    session TEXT COLLATE "C",
    application TEXT COLLATE "C",
    contract TEXT,
    redirect_url TEXT,
    superseded BIGINT NOT NULL,
    bound BIGINT NOT NULL,
    signed BIGINT NOT NULL,
    cancel_refused BIGINT NOT NULL,
    told_not_paid BIGINT NOT NULL,
    command TEXT,
    command_application TEXT,
    command_by TEXT,
    command_stage TEXT,
    command_wanted_at BIGINT,
    command_sent_at BIGINT,
    command_sends BIGINT,
    command_acknowledged_at BIGINT,
    other_amount TEXT,
    other_currency TEXT,
    anomaly TEXT,
    proofs_asked BIGINT NOT NULL,
    proof_callbacks BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    news_at BIGINT NOT NULL,
    refresh_at BIGINT,
    missing_since BIGINT,
    unreadable_since BIGINT,
    PRIMARY KEY (shop, reference, number),
    UNIQUE (shop, id),
    UNIQUE (shop, session),
    UNIQUE (shop, application),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000
);

CREATE INDEX inbank_attempt_unclear ON inbank_attempt (shop) WHERE command_stage = 'unclear';

-- What was decided and stands no more: each command as it stood last.
CREATE TABLE inbank_command (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    shop TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    command TEXT NOT NULL,
    application TEXT,
    decided_by TEXT NOT NULL,
    stage TEXT NOT NULL,
    wanted_at BIGINT NOT NULL,
    sent_at BIGINT,
    sends BIGINT NOT NULL,
    acknowledged_at BIGINT,
    settlement TEXT NOT NULL,
    settled_at BIGINT NOT NULL,
    PRIMARY KEY (shop, reference, id),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
);

-- The inbox.
CREATE TABLE inbank_callback (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    shop TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    attempt TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT,
    subject TEXT,
    status TEXT NOT NULL,
    content BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    worked_on BIGINT NOT NULL,
    PRIMARY KEY (shop, reference, key),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
);

-- The outbox, and the feed.
CREATE TABLE inbank_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    shop TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    attempt_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT,
    amount TEXT,
    currency TEXT,
    occurred_at BIGINT NOT NULL,
    -- Its place in the shop's feed, given when the feed is first read that far.
    position BIGINT,
    PRIMARY KEY (shop, reference, number),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
);

-- For exports and figures of a period.
CREATE INDEX inbank_event_occurred ON inbank_event (shop, occurred_at, id);
CREATE INDEX inbank_event_unplaced ON inbank_event (shop, id) WHERE position IS NULL;
CREATE UNIQUE INDEX inbank_event_position ON inbank_event (shop, position) WHERE position IS NOT NULL;

-- The last position that was given in a shop's feed.
CREATE TABLE inbank_feed (
    shop TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
