//! Amounts and percentages as they are written in a language: the separators and the places of the signs
//! are those of the Unicode CLDR. Nothing is rounded.

use super::Language;
use crate::{Currency, Money, Rate};

/// Keeps a number in one line.
const NO_BREAK: char = '\u{a0}';

impl Language {
    /// An amount: `2 134,26 €`, `€2,134.26`.
    pub fn money(self, money: Money) -> String {
        let digits = money.amount().abs().to_string();
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        // Two decimals, or as many as it takes.
        let fraction = format!("{:0<2}", fraction.trim_end_matches('0'));
        let number = format!("{}{}{fraction}", self.grouped(whole), self.point());
        let minus = if money.amount().is_sign_negative() && !money.amount().is_zero() {
            "-"
        } else {
            ""
        };
        let sign = self.sign(money.currency());
        match self {
            Self::English if money.currency() == Currency::EUR => format!("{minus}{sign}{number}"),
            Self::English => format!("{minus}{sign}{NO_BREAK}{number}"),
            Self::Czech
            | Self::Estonian
            | Self::Latvian
            | Self::Lithuanian
            | Self::Polish
            | Self::Russian => format!("{minus}{number}{NO_BREAK}{sign}"),
        }
    }

    /// A percentage, with one decimal at least: `12,87%`, `12,87 %`.
    pub fn percentage(self, rate: Rate) -> String {
        let shown = rate.to_string();
        let percent = shown.trim_end_matches(" %");
        let (whole, fraction) = percent.split_once('.').unwrap_or((percent, "0"));
        let space = match self {
            Self::Czech | Self::Lithuanian | Self::Russian => "\u{a0}",
            Self::English | Self::Estonian | Self::Latvian | Self::Polish => "",
        };
        let whole = match whole.strip_prefix('-') {
            Some(whole) => format!("-{}", self.grouped(whole)),
            None => self.grouped(whole),
        };
        format!("{whole}{}{fraction}{space}%", self.point())
    }

    const fn point(self) -> char {
        match self {
            Self::English => '.',
            Self::Czech
            | Self::Estonian
            | Self::Latvian
            | Self::Lithuanian
            | Self::Polish
            | Self::Russian => ',',
        }
    }

    /// By thousands; Estonian, Latvian and Polish leave four digits together.
    fn grouped(self, whole: &str) -> String {
        let (separator, together) = match self {
            Self::English => (',', 3),
            Self::Czech | Self::Lithuanian | Self::Russian => (NO_BREAK, 3),
            Self::Estonian | Self::Latvian | Self::Polish => (NO_BREAK, 4),
        };
        if whole.len() <= together {
            return whole.to_owned();
        }
        let mut grouped = String::new();
        for (n, digit) in whole.chars().enumerate() {
            if n > 0 && (whole.len() - n).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// The currency's sign at home, and its code elsewhere.
    fn sign(self, currency: Currency) -> String {
        if currency == Currency::EUR {
            return "€".to_owned();
        }
        match self {
            Self::Czech if currency == Currency::CZK => "Kč".to_owned(),
            Self::Polish if currency == Currency::PLN => "zł".to_owned(),
            Self::Czech
            | Self::English
            | Self::Estonian
            | Self::Latvian
            | Self::Lithuanian
            | Self::Polish
            | Self::Russian => currency.to_string(),
        }
    }
}
