pub(crate) mod answer;
pub(crate) mod further;
pub(crate) mod request;
