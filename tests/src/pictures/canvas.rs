use std::fmt::{Display, Write as _};

pub(super) const INK: &str = "#1f2328";
pub(super) const GREY: &str = "#57606a";
pub(super) const BLUE: &str = "#0550ae";
pub(super) const GREEN: &str = "#1a7f37";
pub(super) const RED: &str = "#cf222e";
pub(super) const AMBER: &str = "#9a6700";

/// A point, in pixels from the upper left.
pub(super) type At = (i32, i32);

/// An SVG that grows. On a ground of its own, so that it can be read on a dark page too.
pub(super) struct Canvas(String);

impl Canvas {
    pub(super) fn new(width: i32, height: i32, title: &str) -> Self {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n<title>{}</title>\n<defs>",
            escaped(title)
        );
        for colour in [GREY, BLUE, GREEN, RED, AMBER] {
            let _ = write!(
                svg,
                "<marker id=\"{}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
                 orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" fill=\"{colour}\"/></marker>",
                tip(colour)
            );
        }
        let _ = writeln!(
            svg,
            "</defs>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>"
        );
        Self(svg)
    }

    pub(super) fn text(&mut self, (x, y): At, anchor: &str, colour: &str, text: impl Display) {
        let text = escaped(&text.to_string());
        let _ = writeln!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{text}</text>"
        );
    }

    pub(super) fn bold(&mut self, (x, y): At, anchor: &str, text: impl Display) {
        let text = escaped(&text.to_string());
        let _ = writeln!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{INK}\" font-weight=\"bold\">{text}</text>"
        );
    }

    /// Upwards from a point.
    pub(super) fn upright(&mut self, (x, y): At, text: impl Display) {
        let text = escaped(&text.to_string());
        let _ = writeln!(
            self.0,
            "<text transform=\"translate({x} {y}) rotate(-60)\" fill=\"{INK}\">{text}</text>"
        );
    }

    pub(super) fn frame(&mut self, (x, y): At, (width, height): At, colour: &str, fill: &str) {
        let _ = writeln!(
            self.0,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{fill}\" stroke=\"{colour}\"/>"
        );
    }

    pub(super) fn line(&mut self, (x1, y1): At, (x2, y2): At, colour: &str) {
        let _ = writeln!(
            self.0,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\"/>"
        );
    }

    pub(super) fn arrow(&mut self, (x1, y1): At, (x2, y2): At, colour: &str, dashes: &str) {
        let _ = writeln!(
            self.0,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\" stroke-width=\"1.3\" \
             stroke-dasharray=\"{dashes}\" marker-end=\"url(#{})\"/>",
            tip(colour)
        );
    }

    /// An arrow that bends by way of a point.
    pub(super) fn bow(
        &mut self,
        (x1, y1): At,
        (bx, by): At,
        (x2, y2): At,
        colour: &str,
        dashes: &str,
    ) {
        let _ = writeln!(
            self.0,
            "<path d=\"M{x1} {y1}Q{bx} {by} {x2} {y2}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.3\" \
             stroke-dasharray=\"{dashes}\" marker-end=\"url(#{})\"/>",
            tip(colour)
        );
    }

    pub(super) fn dot(&mut self, (x, y): At, radius: i32, colour: &str) {
        let _ = writeln!(
            self.0,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{colour}\"/>"
        );
    }

    pub(super) fn cross(&mut self, (x, y): At) {
        let _ = writeln!(
            self.0,
            "<path d=\"M{} {}l10 10m0 -10l-10 10\" stroke=\"{RED}\" stroke-width=\"2.4\"/>",
            x - 5,
            y - 5
        );
    }

    pub(super) fn done(mut self) -> String {
        self.0 += "</svg>\n";
        self.0
    }
}

/// The name of an arrow's tip.
fn tip(colour: &str) -> String {
    format!("tip-{}", colour.trim_start_matches('#'))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
