use indicatif::ProgressBar;

/// What has happened in a flow so far; shown while it happens.
pub(super) struct Journal<'a> {
    title: String,
    progress: &'a ProgressBar,
    steps: Vec<String>,
}

impl<'a> Journal<'a> {
    pub(super) fn new(title: String, progress: &'a ProgressBar) -> Self {
        progress.set_message(title.clone());
        Self {
            title,
            progress,
            steps: Vec::new(),
        }
    }

    pub(super) fn note(&mut self, step: impl Into<String>) {
        let step = step.into();
        self.progress.set_message(format!("{}: {step}", self.title));
        self.steps.push(step);
    }

    pub(super) fn into_steps(self) -> Vec<String> {
        self.steps
    }
}
