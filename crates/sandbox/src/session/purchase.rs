//! What the customer buys: `purchase` in the body of `POST /pos_sessions`.

use super::{
    Line,
    request::{free_form, present},
};
use crate::{
    answer::{Name, Node, known},
    document::{Document, Refusals},
};

/// What the customer buys.
#[derive(Debug, Default)]
pub(super) struct Purchase {
    pub(super) reference: Option<String>,
    pub(super) description: Option<String>,
    pub(super) merchant: Option<String>,
    pub(super) lines: Vec<Line>,
    pub(super) echo: Vec<(Name, Node)>,
}

impl Purchase {
    /// A rental needs a description, and no reference.
    pub(super) fn read(document: &mut Document<'_>, rents: bool, refusals: &mut Refusals) -> Self {
        let mut object = document.required_object("purchase", refusals);
        let (reference, description) = if rents {
            (
                object.text("purchase_reference", refusals),
                object.required_text("description", refusals),
            )
        } else {
            (
                object.required_text("purchase_reference", refusals),
                object.text("description", refusals),
            )
        };
        let details = free_form(&mut object, "additional_details");
        let mut merchant = None;
        // The table calls it an array, the samples show an object.
        for supplier in object.objects("merchant", refusals) {
            merchant = merchant.or(read_merchant(supplier, refusals));
        }
        let mut lines = Vec::new();
        let mut items = Vec::new();
        for item in object.objects("items", refusals) {
            let (line, echo) = read_item(item, refusals);
            lines.push(line);
            items.push(echo);
        }
        let mut echo: Vec<_> = known([
            ("purchase_reference", reference.clone().into()),
            ("description", description.clone().into()),
            ("additional_details", details),
            ("items", Node::List(items)),
        ])
        .collect();
        echo.extend(object.finish(refusals));
        Self {
            reference,
            description,
            merchant,
            lines,
            echo,
        }
    }
}

/// Optional as a whole; once it is there, its domain name is required (the star under the guide's table).
fn read_merchant(mut object: Document<'_>, refusals: &mut Refusals) -> Option<String> {
    let name = object.text("merchant_name", refusals);
    let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    object.text_where("merchant_registry_code", refusals, |code| {
        digits(code, 8..=11)
    });
    object.text("merchant_order_reference", refusals);
    let domain = object.required_text("merchant_domain_name", refusals);
    object.text_where("merchant_mcc_code", refusals, |code| digits(code, 4..=4));
    object.finish(refusals);
    name.or(domain)
}

/// A row of the order. The rows need not add up to the total: they do not in the guide's own sample.
fn read_item(mut item: Document<'_>, refusals: &mut Refusals) -> (Line, Node) {
    let reference = item.text("item_reference", refusals);
    let kind = item.text_where("type", refusals, |kind| {
        matches!(kind, "product" | "service" | "vehicle")
    });
    let description = item.text("description", refusals);
    let quantity = item.whole("quantity", refusals);
    let amount = item.decimal("amount", refusals);
    let mut echo = present([
        ("item_reference", reference.clone().map(Node::from)),
        ("type", kind.clone().map(Node::from)),
        ("description", description.clone().map(Node::from)),
        ("quantity", quantity.map(Node::Whole)),
        ("amount", amount.map(Node::from)),
    ]);
    // The table says `license`, both samples say `licence`; either is taken and given back.
    let names = [
        "serial_number",
        "url",
        "image_url",
        "vehicle_vin",
        "vehicle_licence_plate",
        "vehicle_license_plate",
        "vehicle_make",
        "vehicle_model",
        "vehicle_registration_date",
    ];
    echo.extend(present(
        names.map(|name| (name, item.text(name, refusals).map(Node::from))),
    ));
    let details = item
        .raw("additional_details")
        .map(|raw| Node::Raw(raw.to_owned()));
    echo.extend(present([("additional_details", details)]));
    echo.extend(item.finish(refusals));
    let line = Line {
        description: description.or(reference).or(kind).unwrap_or_default(),
        quantity,
        amount,
    };
    (line, Node::Object(echo))
}
