//! The figures as a picture: how far each is from its budget.

use std::fmt::Write as _;
use std::path::Path;

use super::Figure;

const ROW: f64 = 26.0;
const NAMES: f64 = 230.0;
const WIDTH: f64 = 860.0;
/// A budget's line stands here, and this many pixels are a factor of ten.
const LINE: f64 = 520.0;
const TENFOLD: f64 = 210.0;

/// Draws them to `docs/figures.svg`.
pub(crate) fn write(figures: &[Figure]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::write(root.join("docs/figures.svg"), draw(figures)).unwrap();
}

/// Where a ratio stands beside its budget: to the right when it is better.
fn place(figure: &Figure, ratio: f64) -> f64 {
    let better = if figure.better == "lower" {
        figure.budget / ratio
    } else {
        ratio / figure.budget
    };
    (LINE + TENFOLD * better.log10()).clamp(NAMES, WIDTH - 90.0)
}

fn draw(figures: &[Figure]) -> String {
    let height = ROW * (figures.len() as f64 + 2.0);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">
<title>Each figure beside its budget</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<line x1="{LINE}" y1="{ROW}" x2="{LINE}" y2="{height}" stroke="#57606a"/>
<text x="{LINE}" y="18" text-anchor="middle" fill="#57606a">← over   budget   within →</text>
"##
    );
    for (n, figure) in (1_u32..).zip(figures) {
        let middle = ROW * (f64::from(n) + 0.5);
        let end = place(figure, figure.ratio);
        let (left, right) = (end.min(LINE), (end - LINE).abs());
        let (a, b) = (place(figure, figure.low), place(figure, figure.high));
        let colour = if figure.ok { "#1a7f37" } else { "#cf222e" };
        let (top, text) = (middle - 7.0, middle + 4.5);
        let Figure {
            name,
            ratio,
            budget,
            ..
        } = figure;
        let _ = writeln!(
            svg,
            r##"<text x="8" y="{text}" fill="#1f2328">{name}</text>
<rect x="{left:.1}" y="{top}" width="{right:.1}" height="14" fill="{colour}" fill-opacity="0.55"/>
<line x1="{a:.1}" y1="{middle}" x2="{b:.1}" y2="{middle}" stroke="#1f2328" stroke-width="2"/>
<text x="{:.1}" y="{text}" text-anchor="end" fill="#1f2328">{ratio:.2} ({} {budget})</text>"##,
            WIDTH - 4.0,
            figure.sign(),
        );
    }
    let foot = height - 9.0;
    let _ = writeln!(
        svg,
        r##"<text x="{LINE}" y="{foot}" text-anchor="middle" fill="#57606a">bar: median · line: middle half of the pairs · {TENFOLD} pixels are a factor of ten</text>
</svg>"##
    );
    svg
}
