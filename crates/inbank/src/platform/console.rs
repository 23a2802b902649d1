//! The pages of a platform, and where it is written down what is decided in them.

use std::sync::Arc;

use inbank_ports::AuditLog;

use super::Platform;

impl Platform {
    /// A console over this platform, for these users: pages to see how orders stand, and to decide about them. Merge its routes into
    /// your own. What is decided in it is written down in the platform's database; with a ledger of your own, give it
    /// [an audit log](crate::PlatformBuilder::audit_log), or it only shows.
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use axum::Router;
    /// use inbank::console::{Scope, TokenUsers};
    ///
    /// # fn example(platform: &inbank::Platform, token: &str) {
    /// let users = TokenUsers::new().with("Anna", token, Scope::Write, None);
    /// let routes: Router = Router::new().merge(platform.console(Arc::new(users)).router()); // at /console
    /// # let _ = routes;
    /// # }
    /// ```
    #[cfg(feature = "console")]
    pub fn console(&self, users: Arc<dyn crate::console::Users>) -> crate::console::Console {
        let (worker, runtime) = (self.worker.clone(), self.runtime.clone());
        let console = crate::console::Console::new(worker, runtime, users);
        match &self.audit {
            Some(audit) => console.with_audit(audit.clone()),
            None => console,
        }
    }

    /// Where it is written down who decided what; none with a ledger of your own that was given without one.
    pub const fn audit_log(&self) -> Option<&Arc<dyn AuditLog>> {
        self.audit.as_ref()
    }
}
