//! The sandbox over HTTP, as a shop and its customers meet it.

mod calculation;
mod callback;
mod contract;
mod control;
mod errors;
mod expiry;
mod fault;
mod pages;
mod product;
mod receiver;
mod session;
mod shop;
