//! What a program needs to reach the stand.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

/// The search path of programs; ours goes in front of the user's.
const PATH: &str = "PATH";

/// Variables, and folders for the search path.
#[derive(Debug, Default)]
pub struct Environment {
    /// Names and values.
    pub variables: BTreeMap<String, String>,
    /// Folders of programs, the first to be searched first.
    pub path: Vec<PathBuf>,
}

impl Environment {
    /// As lines for a POSIX shell. Variables of the user's that would win over ours are unset.
    pub fn shell(&self) -> String {
        let mut lines = vec!["unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned()];
        let export = |(name, value): (&String, &String)| format!("export {name}={}", quoted(value));
        lines.extend(self.variables.iter().map(export));
        if !self.path.is_empty() {
            lines.push(format!(
                "export {PATH}={}:\"${PATH}\"",
                quoted(&self.folders().join(":"))
            ));
        }
        lines.join("\n") + "\n"
    }

    /// As a JSON object of strings, where `PATH` is the whole search path.
    pub fn json(&self) -> String {
        let mut folders = self.folders();
        folders.extend(env::var(PATH));
        let mut all = self.variables.clone();
        all.insert(PATH.to_owned(), folders.join(":"));
        format!("{:#}", serde_json::json!(all))
    }

    fn folders(&self) -> Vec<String> {
        self.path
            .iter()
            .map(|folder| folder.to_string_lossy().into_owned())
            .collect()
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_it_whatever_its_values_hold() {
        let environment = Environment {
            variables: BTreeMap::from([("IT".to_owned(), "isn't $HOME".to_owned())]),
            path: vec!["/opt/a b".into()],
        };
        let script = environment.shell() + r#"printf '%s|%s|%s' "$IT" "$PATH" "$AWS_PROFILE""#;
        let mut shell = Command::new("/bin/sh");
        let output = shell
            .args(["-c", &script])
            .env(PATH, "/bin")
            .env("AWS_PROFILE", "mine")
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "isn't $HOME|/opt/a b:/bin|"
        );
    }
}
