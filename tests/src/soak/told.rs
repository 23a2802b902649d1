//! What the platform's processes have written down of what they were told.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use crate::Told;

/// Reads on in the files to which the processes write.
pub(crate) struct Listener {
    files: Vec<(PathBuf, u64)>,
    deliveries: Vec<(u128, Told)>,
    /// How often each order has come to an end, copies of a delivery left out.
    ends: HashMap<String, Vec<u64>>,
    /// Microseconds from callback to event, since they were last taken.
    late: Vec<i64>,
}

impl Listener {
    pub(crate) fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            files: files.into_iter().map(|file| (file, 0)).collect(),
            deliveries: Vec::new(),
            ends: HashMap::new(),
            late: Vec::new(),
        }
    }

    /// Reads what has been written since.
    pub(crate) fn read_on(&mut self) -> std::io::Result<()> {
        let mut texts = Vec::new();
        for (path, offset) in &mut self.files {
            let Ok(mut file) = File::open(path) else {
                // Nothing was told there yet.
                continue;
            };
            file.seek(SeekFrom::Start(*offset))?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            text.truncate(whole);
            *offset += whole as u64;
            texts.push(text);
        }
        for line in texts.iter().flat_map(|text| text.lines()) {
            self.hear(line);
        }
        Ok(())
    }

    fn hear(&mut self, line: &str) {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        let [at, number, order, late, kind] = words[..] else {
            panic!("not a line of a sink's: {line}");
        };
        let told = Told {
            order: order.to_owned(),
            number: number.parse().unwrap(),
            kind: kind.to_owned(),
        };
        if is_end(kind) {
            let ends = self.ends.entry(told.order.clone()).or_default();
            if !ends.contains(&told.number) {
                ends.push(told.number);
            }
        }
        self.late.extend(late.parse::<i64>());
        self.deliveries.push((at.parse().unwrap(), told));
    }

    /// Whether an order has come to an end.
    pub(crate) fn has_ended(&self, order: &str) -> bool {
        self.ends.contains_key(order)
    }

    /// How many orders have.
    pub(crate) fn ended(&self) -> usize {
        self.ends.len()
    }

    /// How late events were since this was last asked, in microseconds, the quickest first.
    pub(crate) fn take_late(&mut self) -> Vec<i64> {
        let mut late = std::mem::take(&mut self.late);
        late.sort_unstable();
        late
    }

    /// Every delivery, in the order of time.
    pub(crate) fn deliveries(&self) -> Vec<Told> {
        let mut deliveries = self.deliveries.clone();
        deliveries.sort_by_key(|(at, _)| *at);
        deliveries.into_iter().map(|(_, told)| told).collect()
    }
}

/// Whether an event tells of an order's end.
pub(crate) fn is_end(kind: &str) -> bool {
    kind.starts_with("paid") || kind.starts_with("not_paid")
}
