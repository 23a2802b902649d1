//! All that happened to an order, in one line, the latest first: each with where it is known from.

mod call;

use inbank_app::Call;
use inbank_domain::{
    CommandStage, EventKind, Order, OrderEvent, SettledCommand, Settlement, StandingCommand,
};
use inbank_ports::{AuditRecord, OutboxState, ReceivedCallback, Subject};
use time::OffsetDateTime;

use super::button::Offered;
use super::decided::by;
use crate::address::Address;
use crate::decide::NOT_DONE;
use crate::moment::{Moment, span};
use crate::status::Mood;
use crate::webhook::{answer, pause, paused};
use crate::{DeliveryCard, WebhookHealth, WebhookState};

/// Where something is known from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    Attempt,
    Call,
    Callback,
    Command,
    Delivery,
    Event,
    Person,
}

impl Source {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Attempt => "attempt",
            Self::Call => "call to the bank",
            Self::Callback => "callback",
            Self::Command => "command",
            Self::Delivery => "delivery",
            Self::Event => "event",
            Self::Person => "person",
        }
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Attempt => "attempt",
            Self::Call => "call",
            Self::Callback => "callback",
            Self::Command => "command",
            Self::Delivery => "delivery",
            Self::Event => "event",
            Self::Person => "person",
        }
    }
}

/// Something that happened.
pub(crate) struct Entry {
    pub(crate) at: Moment,
    time: OffsetDateTime,
    pub(crate) source: Source,
    pub(crate) mood: Mood,
    pub(crate) title: String,
    pub(crate) detail: String,
    /// When the first of it happened, where it is several.
    since: OffsetDateTime,
    /// The operations that it read the bank by, each time, where no event came of that.
    readings: Vec<&'static str>,
    /// How long after the one before it, which stands below.
    pub(crate) gap: String,
    /// Sends it again.
    pub(crate) again: Option<Address>,
}

/// What a timeline is made of.
pub(crate) struct Known<'a> {
    pub(crate) order: &'a Order,
    pub(crate) events: &'a [OrderEvent],
    pub(crate) settled: &'a [SettledCommand],
    pub(crate) callbacks: &'a [ReceivedCallback],
    pub(crate) outbox: Option<OutboxState>,
    pub(crate) calls: &'a [Call],
    pub(crate) deliveries: &'a [DeliveryCard],
    /// Who decided what, where that could be had.
    pub(crate) records: Option<&'a [AuditRecord]>,
    /// How the shop's webhook stands, where it has one.
    pub(crate) webhook: Option<&'a WebhookHealth>,
    pub(crate) offered: &'a Offered<'a>,
}

impl Known<'_> {
    /// Everything, the latest first.
    pub(crate) fn timeline(&self) -> Vec<Entry> {
        let mut entries: Vec<_> = (self.attempts())
            .chain(self.commands())
            .chain(self.told())
            .chain(self.called_back())
            .chain(self.calls.iter().map(|call| self.call(call)))
            .chain(self.deliveries.iter().filter_map(|d| self.delivery(d)))
            .chain((self.records.iter().flat_map(|r| r.iter())).map(|record| self.record(record)))
            .collect();
        // What happened in the same moment stays in the order of causes: a person decides, a command leaves, the bank is called.
        entries.sort_by_key(|entry| entry.time);
        let mut entries = call::folded(entries);
        for later in 1..entries.len() {
            let gap = entries[later].since - entries[later - 1].time;
            if gap >= time::Duration::SECOND {
                entries[later].gap = format!("{} after the one below", span(gap.unsigned_abs()));
            }
        }
        entries.reverse();
        entries
    }

    fn entry(&self, at: OffsetDateTime, source: Source, mood: Mood, title: String) -> Entry {
        Entry {
            at: Moment::new(at, self.offered.now),
            time: at,
            since: at,
            readings: Vec::new(),
            source,
            mood,
            title,
            detail: String::new(),
            gap: String::new(),
            again: None,
        }
    }

    fn attempts(&self) -> impl Iterator<Item = Entry> {
        self.order.attempts.iter().map(|attempt| {
            let title = format!("attempt {} is opened", attempt.number);
            self.entry(attempt.opened_at, Source::Attempt, Mood::Quiet, title)
        })
    }

    /// Those that stand, and those that were settled.
    fn commands(&self) -> impl Iterator<Item = Entry> {
        let standing = self.order.attempts.iter().filter_map(|attempt| {
            let command = attempt.command.as_ref()?;
            Some(self.command(attempt.number, command, None))
        });
        let settled = self.settled.iter().map(|settled| {
            let ended = Some((settled.settlement, settled.settled_at));
            self.command(settled.attempt, &settled.command, ended)
        });
        settled.chain(standing).flatten()
    }

    /// How far a command came, step by step.
    fn command(
        &self,
        attempt: u32,
        command: &StandingCommand,
        ended: Option<(Settlement, OffsetDateTime)>,
    ) -> Vec<Entry> {
        let name = command.command.name().replace('_', " ");
        let step = |at, mood, what: &str| {
            let title = format!("{name} attempt {attempt}: {what}");
            self.entry(at, Source::Command, mood, title)
        };
        let mut wanted = step(command.wanted_at, Mood::Quiet, "wanted");
        wanted.detail = format!("decided by {}", by(attempt, command, self.records));
        let mut steps = vec![wanted];
        steps.extend(command.sent_at.map(|at| {
            let mut sent = step(at, Mood::Quiet, "sent");
            let again =
                (command.sends > 1).then(|| format!("sent {}, last here", times(command.sends)));
            let unanswered = command.stage == CommandStage::Unclear;
            let unclear = unanswered.then(|| "not answered, so it may have arrived".to_owned());
            sent.detail = [again, unclear]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; ");
            sent
        }));
        steps.extend((command.acknowledged_at).map(|at| step(at, Mood::Quiet, "acknowledged")));
        steps.extend(ended.map(|(settlement, at)| {
            let (mood, what, detail) = match settlement {
                Settlement::Shown => (Mood::Good, "shown", "the bank shows that it is done"),
                Settlement::Refused => (Mood::Bad, "refused", "by the bank"),
                Settlement::Overdue => (
                    Mood::Bad,
                    "overdue",
                    "a day without an effect, so a person was told",
                ),
                Settlement::Dropped => (Mood::Over, "dropped", "something else came first"),
            };
            let mut end = step(at, mood, what);
            detail.clone_into(&mut end.detail);
            end
        }));
        steps
    }

    fn told(&self) -> impl Iterator<Item = Entry> {
        self.events.iter().map(|event| {
            let mood = match event.kind {
                EventKind::NeedsPerson(_) => Mood::Bad,
                EventKind::AwaitsMerchant => Mood::Wait,
                EventKind::Paid { .. } => Mood::Good,
                EventKind::ActionWanted(_) => Mood::Quiet,
                EventKind::NotPaid(_) | EventKind::Terminated => Mood::Over,
            };
            let title = event.kind.to_string().replacen('_', " ", 1);
            let mut entry = self.entry(event.occurred_at, Source::Event, mood, title);
            let amount = event
                .amount
                .map(|amount| format!(", {}", amount.in_coins()));
            entry.detail = format!(
                "event {} of attempt {}{}, {}",
                event.number,
                event.attempt,
                amount.unwrap_or_default(),
                self.delivered(event.number)
            );
            entry.again = self.offered.resend(self.order, event.number);
            entry
        })
    }

    /// How far an event is on its way to the platform.
    fn delivered(&self, number: u64) -> &'static str {
        match self.outbox {
            None => "",
            Some(outbox) if outbox.refused == Some(number) => {
                "refused by the platform for good and put aside"
            }
            Some(outbox) if number <= outbox.delivered => "delivered to the platform",
            Some(outbox) if number == outbox.delivered + 1 && outbox.failures > 0 => {
                "not delivered yet: the platform did not take it, and it comes again"
            }
            Some(_) => "waits to be delivered to the platform",
        }
    }

    fn called_back(&self) -> impl Iterator<Item = Entry> {
        self.callbacks.iter().map(|callback| {
            let title = format!("the bank called back: {}", callback.status);
            let mut entry = self.entry(callback.received_at, Source::Callback, Mood::Quiet, title);
            let mut attempts = self.order.attempts.iter();
            let attempt = attempts.find(|attempt| attempt.id == callback.attempt);
            let attempt = attempt.map(|attempt| format!(", to attempt {}", attempt.number));
            let about = match &callback.subject {
                Some(Subject::Application(id)) => format!(", about application {id}"),
                Some(Subject::Session(id)) => format!(", about session {id}"),
                None => ", not understood, and read all the same".to_owned(),
            };
            entry.detail = format!(
                "verified by its signature with the shop's key{}{about}",
                attempt.unwrap_or_default()
            );
            entry
        })
    }

    /// Whether the shop's webhook is switched off.
    fn is_off(&self) -> bool {
        self.webhook
            .is_some_and(|webhook| webhook.state == WebhookState::Disabled)
    }

    /// Until when the shop's webhook pauses; none where it doesn't.
    fn paused_until(&self) -> Option<OffsetDateTime> {
        pause(self.webhook?, self.offered.now)
    }

    /// Who had an event sent again last.
    fn resent(&self, number: u64) -> Option<&AuditRecord> {
        let what = format!("order.resend event {number}");
        let mut records = self.records?.iter();
        records.find(|record| record.entry.what == what)
    }

    /// When what waits for the webhook comes next, as it stands.
    fn next(&self, delivery: &DeliveryCard) -> Option<String> {
        let at = delivery.next_at?;
        if self.is_off() {
            return Some("next: when the webhook is switched on".to_owned());
        }
        let pause = self.paused_until().filter(|until| *until >= at);
        Some(match pause {
            Some(until) => paused(until, self.offered.now),
            None => format!("next: {}", Moment::new(at, self.offered.now).due()),
        })
    }

    /// Of what was not tried yet.
    fn untried(&self, delivery: &DeliveryCard) -> Option<Entry> {
        let DeliveryCard { number, .. } = delivery;
        let event = self.events.iter().find(|event| event.number == *number)?;
        let title = format!("event {number} waits for the shop’s webhook");
        let mut entry = self.entry(event.occurred_at, Source::Delivery, Mood::Wait, title);
        entry.detail = self.next(delivery).unwrap_or_default();
        Some(entry)
    }

    /// Of what was tried, or is sent again.
    fn delivery(&self, delivery: &DeliveryCard) -> Option<Entry> {
        let DeliveryCard { number, .. } = delivery;
        let resent = self.resent(*number);
        if delivery.tries == 0 && delivery.tried_at.is_none() && resent.is_none() {
            return self.untried(delivery);
        }
        let ended = delivery.taken_at.or(delivery.dead_at);
        let at = ended.or(delivery.tried_at);
        let at = at.or(resent.map(|record| record.at))?;
        let (mood, title) = if delivery.taken_at.is_some() {
            (Mood::Good, format!("event {number} was taken"))
        } else if delivery.dead_at.is_some() {
            (Mood::Bad, format!("event {number} was given up"))
        } else if delivery.tries == 0 {
            (Mood::Wait, format!("event {number} is to be sent again"))
        } else if self.is_off() {
            (Mood::Bad, format!("event {number} was not taken"))
        } else {
            let title = format!("event {number} was not taken, and is tried again");
            (Mood::Bad, title)
        };
        let mut entry = self.entry(at, Source::Delivery, mood, title);
        let to = match &delivery.to {
            Some(to) => format!("posted to {to}"),
            None => "posted to the shop’s webhook".to_owned(),
        };
        let next = self.next(delivery).map(|next| format!(", {next}"));
        // Tries begin anew with each time that somebody has it sent again; what came of the last one is kept, unless it was taken.
        let resent = resent.map(|record| {
            let ago = Moment::new(record.at, self.offered.now).ago();
            format!("{} had it sent again, {ago}", record.entry.who)
        });
        let came = answer(delivery.status, delivery.problem.as_deref());
        let tried = match (delivery.tries, resent) {
            (0, Some(resent)) if delivery.tried_at.is_none() => resent,
            (0, Some(resent)) => format!("{resent}; before that it was {to}: {came}"),
            (0, None) => format!("before that it was {to}: {came}"),
            (tries, Some(resent)) => {
                format!("{to}, tried {} since {resent}: {came}", times(tries))
            }
            (tries, None) => format!("{to}, tried {}: {came}", times(tries)),
        };
        entry.detail = format!("{tried}{}", next.unwrap_or_default());
        entry.again = self.offered.resend(self.order, *number);
        Some(entry)
    }

    fn record(&self, record: &AuditRecord) -> Entry {
        let entry = &record.entry;
        let title = match entry.what.strip_suffix(NOT_DONE) {
            Some(what) => format!("not done: {what}, which {} decided", entry.who),
            None => format!("{} decided: {}", entry.who, entry.what),
        };
        let mut shown = self.entry(record.at, Source::Person, Mood::Quiet, title);
        shown.detail = entry
            .why
            .as_ref()
            .map_or(String::new(), |why| format!("“{why}”"));
        shown
    }
}

fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        number => format!("{number} times"),
    }
}
