//! Files that are part of this program.

use std::borrow::Cow;

/// A path with `/` between its parts, and what is in the file.
type File = (&'static str, &'static [u8]);

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A template with `{{word}}` replaced for each of the words. What it does not have is a mistake of ours: nothing comes in its place.
pub(super) fn template(path: &str, words: &[(&str, &str)]) -> Vec<u8> {
    let text = TEMPLATES
        .iter()
        .find(|(name, _)| *name == path)
        .map(|(_, bytes)| *bytes);
    let mut text: Cow<'_, str> = String::from_utf8_lossy(text.unwrap_or_default());
    for (word, value) in words {
        text = text.replace(&format!("{{{{{word}}}}}"), value).into();
    }
    text.into_owned().into_bytes()
}
