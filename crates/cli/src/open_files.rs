//! How many files and connections this process may have open.

/// Raises the limit to the highest that the system lets us have. Of the usual 1,024 there would be none left for the database and
/// the bank where all the connections are open that a server takes.
pub(crate) fn raise() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Where that is not allowed it stays as it is.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
