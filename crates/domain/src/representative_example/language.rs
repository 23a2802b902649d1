//! The words of an example in each language.

use std::str::FromStr;

use crate::{Invalid, Region};

/// A language that the example is written in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Language {
    /// Czech.
    Czech,
    /// English.
    English,
    /// Estonian.
    Estonian,
    /// Latvian.
    Latvian,
    /// Lithuanian.
    Lithuanian,
    /// Polish.
    Polish,
    /// Russian, as spoken in Estonia and Latvia.
    Russian,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Czech,
        Self::English,
        Self::Estonian,
        Self::Latvian,
        Self::Lithuanian,
        Self::Polish,
        Self::Russian,
    ];

    /// The ISO 639 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Czech => "cs",
            Self::English => "en",
            Self::Estonian => "et",
            Self::Latvian => "lv",
            Self::Lithuanian => "lt",
            Self::Polish => "pl",
            Self::Russian => "ru",
        }
    }

    /// The language of a region's country; English where none of these is.
    pub fn of_region(region: &Region) -> Self {
        match region.country {
            "CZ" => Self::Czech,
            "EE" => Self::Estonian,
            "LT" => Self::Lithuanian,
            "LV" => Self::Latvian,
            "PL" => Self::Polish,
            _ => Self::English,
        }
    }

    pub(super) const fn words(self) -> &'static Words {
        match self {
            Self::Czech => &CZECH,
            Self::English => &ENGLISH,
            Self::Estonian => &ESTONIAN,
            Self::Latvian => &LATVIAN,
            Self::Lithuanian => &LITHUANIAN,
            Self::Polish => &POLISH,
            Self::Russian => &RUSSIAN,
        }
    }

    /// A number of months. Abbreviated where the word would have to be inflected.
    pub(super) fn months(self, months: u16) -> String {
        let words = self.words();
        let unit = if months == 1 {
            words.month
        } else {
            words.months
        };
        format!("{months}\u{a0}{unit}")
    }
}

/// By its code, alone or with a country's: `et`, `et-EE`.
impl FromStr for Language {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let code = text.split_once('-').map_or(text, |(code, _)| code);
        let found = Self::ALL.into_iter().find(|one| one.code() == code);
        found
            .ok_or_else(|| Invalid::new("language", "must be one of cs, en, et, lt, lv, pl and ru"))
    }
}

/// The names of the figures, as the country's law on consumer credit has them where it does.
pub(super) struct Words {
    pub(super) example: &'static str,
    pub(super) cash_price: &'static str,
    pub(super) down_payment: &'static str,
    pub(super) total_credit: &'static str,
    pub(super) borrowing_rate: &'static str,
    pub(super) contract_fee: &'static str,
    pub(super) admin_fee: &'static str,
    pub(super) insurance: &'static str,
    pub(super) cost_of_credit: &'static str,
    pub(super) aprc: &'static str,
    pub(super) duration: &'static str,
    month: &'static str,
    months: &'static str,
    pub(super) instalment: &'static str,
    pub(super) total_payable: &'static str,
    pub(super) warning: &'static str,
    pub(super) notice: &'static str,
}

static ENGLISH: Words = Words {
    example: "Representative example",
    cash_price: "cash price",
    down_payment: "down payment",
    total_credit: "total amount of credit",
    borrowing_rate: "annual borrowing rate",
    contract_fee: "contract fee",
    admin_fee: "administration fees",
    insurance: "insurance",
    cost_of_credit: "total cost of credit",
    aprc: "annual percentage rate of charge (APRC)",
    duration: "duration",
    month: "month",
    months: "months",
    instalment: "monthly instalment",
    total_payable: "total amount payable",
    warning: "Caution! Borrowing money costs money.",
    notice: "The wording is not the bank's; whether it suffices is for the shop's lawyer to decide.",
};

static ESTONIAN: Words = Words {
    example: "Tüüpnäide",
    cash_price: "kauba hind",
    down_payment: "sissemakse",
    total_credit: "krediidi kogusumma",
    borrowing_rate: "aastane intressimäär",
    contract_fee: "lepingutasu",
    admin_fee: "haldustasud kokku",
    insurance: "kindlustus",
    cost_of_credit: "krediidi kogukulu",
    aprc: "krediidi kulukuse määr aastas",
    duration: "krediidi kestus",
    month: "kuu",
    months: "kuud",
    instalment: "kuumakse",
    total_payable: "tagasimakstav kogusumma",
    warning: "Tähelepanu! Raha laenamine maksab raha.",
    notice: "Sõnastus ei ole panga oma; kas sellest piisab, otsustab poe jurist.",
};

static LATVIAN: Words = Words {
    example: "Reprezentatīvs piemērs",
    cash_price: "preces cena",
    down_payment: "pirmā iemaksa",
    total_credit: "kopējā kredīta summa",
    borrowing_rate: "gada aizņēmuma likme",
    contract_fee: "līguma noformēšanas maksa",
    admin_fee: "administrēšanas maksa kopā",
    insurance: "apdrošināšana",
    cost_of_credit: "kredīta kopējās izmaksas",
    aprc: "gada procentu likme (GPL)",
    duration: "termiņš",
    month: "mēn.",
    months: "mēn.",
    instalment: "ikmēneša maksājums",
    total_payable: "kopējā maksājamā summa",
    warning: "Uzmanību! Naudas aizņemšanās maksā naudu.",
    notice: "Formulējums nav bankas; vai ar to pietiek, lemj veikala jurists.",
};

static LITHUANIAN: Words = Words {
    example: "Tipinis pavyzdys",
    cash_price: "prekės kaina",
    down_payment: "pradinė įmoka",
    total_credit: "bendra kredito suma",
    borrowing_rate: "metinė palūkanų norma",
    contract_fee: "sutarties mokestis",
    admin_fee: "administravimo mokestis iš viso",
    insurance: "draudimas",
    cost_of_credit: "bendra kredito kaina",
    aprc: "bendros vartojimo kredito kainos metinė norma (BVKKMN)",
    duration: "trukmė",
    month: "mėn.",
    months: "mėn.",
    instalment: "mėnesio įmoka",
    total_payable: "bendra mokėtina suma",
    warning: "Dėmesio! Skolintis pinigus kainuoja.",
    notice: "Formuluotė nėra banko; ar jos pakanka, sprendžia parduotuvės teisininkas.",
};

static POLISH: Words = Words {
    example: "Przykład reprezentatywny",
    cash_price: "cena towaru",
    down_payment: "wpłata własna",
    total_credit: "całkowita kwota kredytu",
    borrowing_rate: "roczna stopa oprocentowania kredytu",
    contract_fee: "opłata za zawarcie umowy",
    admin_fee: "opłaty administracyjne łącznie",
    insurance: "ubezpieczenie",
    cost_of_credit: "całkowity koszt kredytu",
    aprc: "rzeczywista roczna stopa oprocentowania (RRSO)",
    duration: "czas obowiązywania umowy",
    month: "mies.",
    months: "mies.",
    instalment: "rata miesięczna",
    total_payable: "całkowita kwota do zapłaty",
    warning: "Uwaga! Pożyczanie pieniędzy kosztuje.",
    notice: "Treść nie pochodzi od banku; o tym, czy wystarcza, decyduje prawnik sklepu.",
};

static CZECH: Words = Words {
    example: "Reprezentativní příklad",
    cash_price: "cena zboží",
    down_payment: "přímá platba",
    total_credit: "celková výše úvěru",
    borrowing_rate: "roční výpůjční úroková sazba",
    contract_fee: "poplatek za uzavření smlouvy",
    admin_fee: "poplatky za správu celkem",
    insurance: "pojištění",
    cost_of_credit: "celkové náklady úvěru",
    aprc: "roční procentní sazba nákladů (RPSN)",
    duration: "doba trvání úvěru",
    month: "měs.",
    months: "měs.",
    instalment: "měsíční splátka",
    total_payable: "celková částka splatná spotřebitelem",
    warning: "Pozor! Půjčování peněz stojí peníze.",
    notice: "Znění není od banky; zda postačuje, rozhoduje právník obchodu.",
};

static RUSSIAN: Words = Words {
    example: "Типовой пример",
    cash_price: "цена товара",
    down_payment: "первоначальный взнос",
    total_credit: "общая сумма кредита",
    borrowing_rate: "годовая процентная ставка",
    contract_fee: "плата за договор",
    admin_fee: "плата за обслуживание, всего",
    insurance: "страхование",
    cost_of_credit: "общая стоимость кредита",
    aprc: "годовая ставка расходов по кредиту",
    duration: "срок кредита",
    month: "мес.",
    months: "мес.",
    instalment: "ежемесячный платёж",
    total_payable: "общая сумма к оплате",
    warning: "Внимание! Заём денег стоит денег.",
    notice: "Формулировка не принадлежит банку; достаточно ли её, решает юрист магазина.",
};
