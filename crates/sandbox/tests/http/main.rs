//! The sandbox over HTTP, as a shop and its customers meet it.

mod account_statement;
mod applicant;
mod application;
mod application_callback;
mod application_control;
mod application_errors;
mod attachment;
mod browser;
mod calculation;
mod callback;
mod contract;
mod control;
mod decision;
mod direct_contract;
mod direct_pages;
mod errors;
mod expiry;
mod fault;
mod pages;
mod payment_link;
mod product;
mod receiver;
mod session;
mod shop;
mod signing;
