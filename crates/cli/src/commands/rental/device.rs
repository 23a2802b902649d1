use std::convert::Infallible;
use std::io;

use clap::{ArgGroup, Args};
use inbank::ports::Rentals;
use inbank::{AssetIdentifiers, ContractId, Imei, Invalid, Personal, ProductCode, SerialNumber};

use crate::exit::Failure;
use crate::output::{self, Done};
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank rental assign 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --product smart_rent --imei 355889000000007 --serial-number J7P3D7000000
  inbank rental assign 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --product smart_rent --imei - --serial-number - < device.txt

With `-` an identifier is a line on stdin, the IMEI before the serial number, and does not show in the \
process list. Of the hero alone; add-ons have none. As long as the rental waits for its activation this \
is safe to repeat, also after exit code 6 (outcome unknown).",
    group = ArgGroup::new("device").args(["imei", "serial_number"]).required(true).multiple(true)
)]
pub(crate) struct Assign {
    /// The contract's identifier
    id: String,
    /// The product's code
    #[arg(long, value_name = "CODE")]
    product: String,
    /// The device's IMEI, 15 digits; `-` reads it from stdin
    #[arg(long, value_name = "IMEI", value_parser = personal)]
    imei: Option<Personal<String>>,
    /// The device's serial number; `-` reads it from stdin
    #[arg(long, value_name = "NUMBER", value_parser = personal)]
    serial_number: Option<Personal<String>>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "clap takes a parser that may fail; this one must not, for its error would repeat the value"
)]
fn personal(text: &str) -> Result<Personal<String>, Infallible> {
    Ok(Personal::new(text.to_owned()))
}

pub(super) async fn assign(command: Assign, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id)?;
    let product = ProductCode::parse(command.product)?;
    let imei = command.imei.as_ref().map(given).transpose()?;
    let imei = imei.map(|text| Imei::parse(&text)).transpose()?;
    if imei.as_ref().is_some_and(|imei| !imei.check_digit_fits()) {
        tracing::warn!("the IMEI has a wrong check digit; it was probably copied wrongly");
    }
    let serial = command.serial_number.as_ref().map(given).transpose()?;
    let serial = serial.map(SerialNumber::parse).transpose()?;
    let identifiers = AssetIdentifiers::new(imei, serial);
    let api = settings.api()?;
    api.assign(&product, &id, &identifiers).await?;
    let sentence = format!("The bank knows the device of the rental {id}.");
    let done = format!("the device of the rental {id} is assigned");
    output::done(settings.output, &Done::with(sentence), done)
}

/// The text itself, or the next line on stdin.
fn given(text: &Personal<String>) -> Result<String, Failure> {
    if text.expose() != "-" {
        return Ok(text.expose().clone());
    }
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    read.map_err(|error| {
        Failure::usage(
            format!("stdin: {error}"),
            "give the identifiers on stdin, a line each",
        )
    })?;
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        let problem = "must have a line on stdin for each identifier given as `-`";
        return Err(Invalid::new("asset_identifiers", problem).into());
    }
    Ok(line.to_owned())
}
