use crate::run::{Run, inbank};

#[test]
fn every_shell_gets_its_script() {
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef inbank"),
        ("fish", "complete -c inbank"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion"),
    ] {
        let run = Run::of(&mut inbank(&["completions", shell]));
        assert!(run.text().contains(sign), "{shell}");
    }
}
