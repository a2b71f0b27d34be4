//! The code of the test publisher.

use std::io::{Cursor, Write};
use std::sync::LazyLock;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What the function runs.
const SOURCE: &str = include_str!("index.js");

/// A zip and the base64 SHA-256 that AWS calls `CodeSha256`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Code {
    /// The archive.
    pub zip: Vec<u8>,
    /// Its digest.
    pub sha256: String,
}

impl Code {
    /// The test publisher's code, the same bytes every time.
    pub(super) fn publisher() -> Self {
        static CODE: LazyLock<Code> = LazyLock::new(|| {
            let zip = archive("index.js", SOURCE).expect("writing to memory does not fail");
            let sha256 = BASE64.encode(&Sha256::digest(&zip));
            Code { zip, sha256 }
        });
        CODE.clone()
    }
}

/// An archive of one file. It has a fixed time, and is stored: a compressor's next version may write other
/// bytes.
fn archive(name: &str, text: &str) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        // Lambda runs as another user than the one that owns the file.
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, options)?;
    zip.write_all(text.as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({} bytes, sha256 {})", self.zip.len(), self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_source_gives_the_same_bytes_at_any_time_and_on_any_machine() {
        // Another digest here means that an upgrade of the operator would update every lake's function.
        let digest = Sha256::digest(archive("index.js", "\"use strict\";\n").unwrap());
        assert_eq!(
            BASE64.encode(&digest),
            "fbwphtSjfpi+tWOam4UymOJliVrldI8ByAV+KPoAa2g="
        );
    }
}
