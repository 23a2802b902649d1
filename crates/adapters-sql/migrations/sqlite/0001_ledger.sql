-- Times are microseconds since 1970, flags 0 or 1. Every name starts with `inbank_`, since the file may be the embedder's own.

CREATE TABLE inbank_order (
    id INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    reference TEXT NOT NULL,
    version INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    -- The number of the attempt that it is paid by.
    paid_by INTEGER,
    needs_person TEXT,
    -- Where it stands, as it follows from the rest.
    status TEXT NOT NULL,
    -- Whether no attempt lives, and when something last happened: what is forgotten goes by both.
    is_over INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,

    -- When there is something to do; counts while nobody holds the lease.
    due_at INTEGER,
    lease INTEGER NOT NULL,
    leased_until INTEGER,
    -- Woken since the last round, and since the present lease was taken.
    woken INTEGER NOT NULL,
    woken_again INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    aside INTEGER NOT NULL,

    -- How many events there are, the last that is done with, and the first that the platform refused for good.
    events INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    refused INTEGER,
    -- When the next is to be delivered; none where none waits.
    outbox_due_at INTEGER,
    outbox_lease INTEGER NOT NULL,
    outbox_leased_until INTEGER,
    outbox_failures INTEGER NOT NULL,

    UNIQUE (shop, reference)
) STRICT;

-- An order is in one of each pair at the most, so what is claimed is found in an index of that alone: what is due, what lapsed,
-- and, at the far end, what a wrong clock has put there.
CREATE INDEX inbank_order_due ON inbank_order (shop, due_at) WHERE leased_until IS NULL AND due_at IS NOT NULL;
CREATE INDEX inbank_order_leased ON inbank_order (shop, leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX inbank_order_outbox_due ON inbank_order (shop, outbox_due_at)
    WHERE outbox_leased_until IS NULL AND outbox_due_at IS NOT NULL;
CREATE INDEX inbank_order_outbox_leased ON inbank_order (shop, outbox_leased_until) WHERE outbox_leased_until IS NOT NULL;
CREATE INDEX inbank_order_aside ON inbank_order (shop) WHERE aside = 1;
CREATE INDEX inbank_order_over ON inbank_order (touched_at) WHERE is_over = 1;
CREATE INDEX inbank_order_person ON inbank_order (opened_at DESC, shop, reference) WHERE needs_person IS NOT NULL;
CREATE INDEX inbank_order_opened ON inbank_order (opened_at DESC, shop, reference);
CREATE INDEX inbank_order_opened_in_shop ON inbank_order (shop, opened_at DESC, reference);
CREATE INDEX inbank_order_status ON inbank_order (shop, status, opened_at DESC, reference);
CREATE INDEX inbank_order_reference ON inbank_order (reference);

CREATE TABLE inbank_attempt (
    shop TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    product TEXT NOT NULL,
    family TEXT NOT NULL,
    amount TEXT,
    currency TEXT,
    period INTEGER,
    fingerprint TEXT NOT NULL,
    merchant_approval INTEGER NOT NULL,
    application_signature INTEGER NOT NULL,
    state TEXT NOT NULL,
    opening TEXT NOT NULL,
    opening_until INTEGER,
    session TEXT,
    application TEXT,
    contract TEXT,
    redirect_url TEXT,
    superseded INTEGER NOT NULL,
    bound INTEGER NOT NULL,
    signed INTEGER NOT NULL,
    cancel_refused INTEGER NOT NULL,
    told_not_paid INTEGER NOT NULL,
    command TEXT,
    command_application TEXT,
    command_by TEXT,
    command_stage TEXT,
    command_wanted_at INTEGER,
    command_sent_at INTEGER,
    command_sends INTEGER,
    command_acknowledged_at INTEGER,
    other_amount TEXT,
    other_currency TEXT,
    anomaly TEXT,
    proofs_asked INTEGER NOT NULL,
    proof_callbacks INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    answer_by INTEGER NOT NULL,
    news_at INTEGER NOT NULL,
    refresh_at INTEGER,
    missing_since INTEGER,
    unreadable_since INTEGER,
    PRIMARY KEY (shop, reference, number),
    UNIQUE (shop, id),
    UNIQUE (shop, session),
    UNIQUE (shop, application),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
) STRICT;

CREATE INDEX inbank_attempt_unclear ON inbank_attempt (shop) WHERE command_stage = 'unclear';

-- What was decided and stands no more: each command as it stood last.
CREATE TABLE inbank_command (
    id INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    reference TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    command TEXT NOT NULL,
    application TEXT,
    decided_by TEXT NOT NULL,
    stage TEXT NOT NULL,
    wanted_at INTEGER NOT NULL,
    sent_at INTEGER,
    sends INTEGER NOT NULL,
    acknowledged_at INTEGER,
    settlement TEXT NOT NULL,
    settled_at INTEGER NOT NULL,
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
) STRICT;

CREATE INDEX inbank_command_order ON inbank_command (shop, reference);

-- The inbox.
CREATE TABLE inbank_callback (
    id INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    reference TEXT NOT NULL,
    key TEXT NOT NULL,
    attempt TEXT NOT NULL,
    subject_kind TEXT,
    subject TEXT,
    status TEXT NOT NULL,
    content BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    worked_on INTEGER NOT NULL,
    UNIQUE (shop, reference, key),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
) STRICT;

-- The outbox, and the feed.
CREATE TABLE inbank_event (
    id INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    attempt_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT,
    amount TEXT,
    currency TEXT,
    occurred_at INTEGER NOT NULL,
    -- Its place in the shop's feed, given when the feed is first read that far.
    position INTEGER,
    UNIQUE (shop, reference, number),
    FOREIGN KEY (shop, reference) REFERENCES inbank_order (shop, reference) ON DELETE CASCADE
) STRICT;

-- For exports and figures of a period; it has the number of the row too, as every index has.
CREATE INDEX inbank_event_occurred ON inbank_event (shop, occurred_at);
CREATE INDEX inbank_event_unplaced ON inbank_event (shop, id) WHERE position IS NULL;
CREATE UNIQUE INDEX inbank_event_position ON inbank_event (shop, position) WHERE position IS NOT NULL;

-- The last position that was given in a shop's feed.
CREATE TABLE inbank_feed (
    shop TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;
