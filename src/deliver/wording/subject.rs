//! The limit on the length of a subject line. Pure.

/// The longest subject that every mail reader shows in full, in characters.
pub const MAX_SUBJECT_CHARS: usize = 120;
