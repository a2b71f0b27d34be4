//! Files that are written from the code.

/// Fails when the file is not what the code generates; with `UPDATE_GENERATED=1` writes it instead.
pub fn up_to_date(path: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "{} is stale: run `make generate`",
        path.display()
    );
}
