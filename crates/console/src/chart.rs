//! Bars, drawn here as SVG, each with its figure beside it and a table for who can't see it.

use askama::Template;
use askama::filters::HtmlSafe;

/// Something counted, as a bar.
pub(crate) struct Bar {
    pub(crate) label: String,
    /// Its figure, as it is read.
    pub(crate) value: String,
    /// What its length is by.
    pub(crate) weight: u64,
    /// `good`, `wait`, `bad`, `over`, `quiet`.
    pub(crate) class: &'static str,
}

/// Bars of one kind.
#[derive(Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    /// Tells its title from those of the page's other charts.
    id: &'static str,
    title: &'static str,
    /// What the labels and the figures are, as heads of the table.
    heads: [&'static str; 2],
    bars: Vec<Drawn>,
    height: usize,
    /// The figures in a sentence.
    words: String,
}

struct Drawn {
    label: String,
    /// The label, as far as there is room.
    short: String,
    value: String,
    class: &'static str,
    width: u64,
    y: usize,
}

/// Its template has escaped what is in it.
impl HtmlSafe for Chart {}

const ROW: usize = 26;
const LONGEST: u64 = 120;
const LETTERS: usize = 18;

impl Chart {
    pub(crate) fn new(
        id: &'static str,
        title: &'static str,
        heads: [&'static str; 2],
        bars: Vec<Bar>,
    ) -> Self {
        let most = bars.iter().map(|bar| bar.weight).max().unwrap_or(0).max(1);
        let words: Vec<_> = bars
            .iter()
            .map(|bar| format!("{}: {}", bar.label, bar.value))
            .collect();
        let height = ROW * bars.len();
        let drawn = bars.into_iter().enumerate().map(|(row, bar)| {
            let long = u128::from(bar.weight) * u128::from(LONGEST) / u128::from(most);
            let width = u64::try_from(long).unwrap_or(LONGEST);
            // What there is some of is seen.
            let width = if bar.weight > 0 { width.max(2) } else { 0 };
            let mut short: String = bar.label.chars().take(LETTERS).collect();
            if bar.label.chars().count() > LETTERS {
                short.pop();
                short.push('…');
            }
            Drawn {
                label: bar.label,
                short,
                value: bar.value,
                class: bar.class,
                width,
                y: row * ROW,
            }
        });
        Self {
            id,
            title,
            heads,
            bars: drawn.collect(),
            height,
            words: words.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_and_what_there_is_some_of_is_seen() {
        let bar = |label: &str, weight: u64| Bar {
            label: label.to_owned(),
            value: weight.to_string(),
            weight,
            class: "good",
        };
        let bars = vec![
            bar("all", 1000),
            bar("half", 500),
            bar("one", 1),
            bar("none", 0),
        ];
        let chart = Chart::new("c", "Counted", ["What", "How many"], bars);
        let widths: Vec<_> = chart.bars.iter().map(|bar| bar.width).collect();
        assert_eq!(widths, [120, 60, 2, 0]);
        let html = chart.render().unwrap();
        assert!(
            html.contains("role=\"img\"") && html.contains("<desc"),
            "{html}"
        );
        assert!(html.contains("<th scope=\"row\">half</th>"), "{html}");
    }

    #[test]
    fn a_label_from_outside_is_text() {
        let bar = Bar {
            label: "<script>".to_owned(),
            value: "1".to_owned(),
            weight: 1,
            class: "good",
        };
        let html = Chart::new("c", "t", ["a", "b"], vec![bar])
            .render()
            .unwrap();
        assert!(!html.contains("<script>"), "{html}");
    }
}
