//! What pages are made of: templates, texts, styles, pictures.

macro_rules! files {
    ($folder:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!($folder, "/", $name)))),*]
    };
}

pub(crate) const TEMPLATES: &[(&str, &str)] = files!("../templates":
    "apply.html" "base.html" "basket.html" "checkout.html" "office.html" "order.html" "product.html" "products.html"
    "trouble.html" "instalment.html");

pub(crate) const ASSETS: &[(&str, &str)] = files!("../assets":
    "shop.css" "shop.js" "icon.svg" "bicycle.svg" "chair.svg" "espresso.svg" "headphones.svg"
    "tablet.svg" "turntable.svg");

pub(crate) const TEXTS: [(&str, &str); 6] = [
    ("cs", include_str!("../texts/cs.json")),
    ("en", include_str!("../texts/en.json")),
    ("et", include_str!("../texts/et.json")),
    ("lt", include_str!("../texts/lt.json")),
    ("lv", include_str!("../texts/lv.json")),
    ("pl", include_str!("../texts/pl.json")),
];
