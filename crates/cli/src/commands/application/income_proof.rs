use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use inbank::ports::IncomeProof;
use inbank::{
    ApplicationId, Attachment, Locale, StatementBank, StatementBankId, StatementRequest,
    StatementRetrieval, WebAddress,
};
use serde::Serialize;

use crate::exit::Failure;
use crate::output::{self, Done};
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application banks 471e6282-3384-412b-af7b-646eb8f04391

The list changes: ask each time.")]
pub(crate) struct Banks {
    /// The application's identifier
    id: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application retrieve-statement 471e6282-3384-412b-af7b-646eb8f04391 --bank 24 --return-url https://shop.example/proof --locale et

Starting another is harmless: only one that the customer goes through counts.")]
pub(crate) struct RetrieveStatement {
    /// The application's identifier
    id: String,
    /// The customer's bank, as `inbank application banks` names it
    #[arg(long, value_name = "BANK")]
    bank: String,
    /// Where the customer's browser returns to
    #[arg(long, value_name = "URL")]
    return_url: String,
    /// The dialog's language, such as et
    #[arg(long)]
    locale: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application attach 471e6282-3384-412b-af7b-646eb8f04391 january.pdf february.pdf

All go in one request. Run twice, it uploads them twice; after exit code 6 (outcome unknown) look at the \
application first.")]
pub(crate) struct Attach {
    /// The application's identifier
    id: String,
    /// The files, as the customer gave them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What they are
    #[arg(long, value_name = "TEXT", default_value = "Income proof")]
    description: String,
}

#[derive(Serialize)]
struct Listed {
    banks: Vec<Bank>,
}

#[derive(Serialize)]
struct Bank {
    id: String,
    name: String,
    icon_url: Option<String>,
}

#[derive(Serialize)]
struct Started {
    retrieval_id: Option<String>,
    redirect_url: String,
}

pub(super) async fn banks(command: Banks, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id)?;
    let banks = settings.api()?.banks(&id).await?;
    let banks = banks.into_iter().map(Bank::from).collect();
    output::answer(settings.output, &Listed { banks })
}

pub(super) async fn retrieve(
    command: RetrieveStatement,
    settings: &Settings,
) -> Result<(), Failure> {
    let request = StatementRequest {
        application: ApplicationId::parse(command.id)?,
        bank: StatementBankId::parse(command.bank)?,
        return_url: WebAddress::parse(&command.return_url)
            .map_err(|error| error.named("return_url"))?,
        locale: Locale::parse(&command.locale)?,
    };
    let api = settings.api()?;
    let retrieval = api.retrieve_statement(&request).await?;
    let id = retrieval.id.as_deref().unwrap_or("without a name");
    let application = &request.application;
    let done = format!("the statement retrieval {id} of the application {application} is started");
    output::done(settings.output, &Started::from(retrieval), done)
}

pub(super) async fn attach(command: Attach, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id)?;
    let files = command.files.iter().map(|path| attachment(path));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let api = settings.api()?;
    api.attach(&id, &files, &command.description).await?;
    let files = match files.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let sentence = format!("The bank has {files} more of the application {id}.");
    let done = format!("the bank has {files} more of the application {id}");
    output::done(settings.output, &Done::with(sentence), done)
}

fn attachment(path: &Path) -> Result<Attachment, Failure> {
    let wrong = |problem: &str| {
        Failure::usage(
            format!("{}: {problem}", path.display()),
            "name a file that can be read and has something in it",
        )
    };
    let content = fs::read(path).map_err(|error| wrong(&error.to_string()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Attachment::new(name, content).map_err(|error| wrong(error.problem()))
}

impl From<StatementBank> for Bank {
    fn from(bank: StatementBank) -> Self {
        Self {
            id: bank.id.to_string(),
            name: bank.name,
            icon_url: bank.icon_url,
        }
    }
}

impl From<StatementRetrieval> for Started {
    fn from(retrieval: StatementRetrieval) -> Self {
        Self {
            retrieval_id: retrieval.id,
            redirect_url: retrieval.redirect_url.to_string(),
        }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table();
        table.set_header(["Id", "Name"]);
        for bank in &self.banks {
            table.add_row([&bank.id, &bank.name]);
        }
        f.write_str(&output::fitted(&table))
    }
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(
            f,
            &[
                ("Retrieval", self.retrieval_id.clone()),
                ("Send the customer to", Some(self.redirect_url.clone())),
            ],
        )
    }
}
