//! The console, and what it asks of the service: who may sign in, shops, webhooks.

mod desk;
mod users;

use std::sync::Arc;

use axum::Router;

use self::desk::ServiceDesk;
use crate::Service;

/// Where it is.
pub(crate) const PATH: &str = "/console";

/// The console's routes, all of them under [`PATH`].
pub(crate) fn routes(service: &Service) -> Router {
    let desk = ServiceDesk::of(service);
    let console = service.platform.console(Arc::new(service.tokens.clone()));
    console
        .at(PATH)
        .with_audit(Arc::new(service.store.clone()))
        .with_desk(Arc::new(desk))
        .router()
}
