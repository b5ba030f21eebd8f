//! Which encoding the bytes of a text are in. Pure.
//!
//! UTF-8 and UTF-16 can be proven. Windows-1252, which spreadsheets of western Europe and the
//! Americas still write, can only be plausible: a text in another code page is read as wrong
//! letters, and none of its names would match.

use std::borrow::Cow;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Stands in a decoded text for what cannot be read.
pub const UNREADABLE: char = char::REPLACEMENT_CHARACTER;
/// A text in another script, read as Windows-1252, has this many letters beyond ASCII in a row. The
/// Latin spellings of Europe have two.
const FOREIGN_RUN: usize = 3;
/// Of so many words with letters beyond ASCII, one may look foreign.
const MOSTLY: usize = 10;
/// UTF-16 of mostly Latin text has this share of zeros, in percent, on one side of its pairs.
const ZEROS_OF_UTF16: usize = 30;
/// A text has at most one zero byte, which is a mistake of an export, in so many bytes.
const BYTES_PER_ZERO: usize = 50;
/// The letters of Windows-1252 that only Icelandic has. In Turkish and Baltic code pages they are
/// frequent other letters.
const ICELANDIC: [char; 4] = ['þ', 'Þ', 'ð', 'Ð'];
const NO_BREAK_SPACE: char = '\u{a0}';
/// Signs that may stand beside a letter in any Latin text. Others do not stand within a word.
const SIGNS: &str = "‘’‚“”„–—…•™©®°ºª·«»´`¨§€£†‡‰‹›\u{a0}\u{ad}";

/// A decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// [`UNREADABLE`] is where bytes are none of the encoding.
    pub text: Cow<'a, str>,
    /// It is read as Windows-1252, which is likely but not certain.
    pub is_guessed: bool,
    /// It is UTF-8, and its last bytes are the beginning of a letter.
    pub ends_within_letter: bool,
}

/// Why bytes are no text that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoText {
    /// Neither text nor a workbook.
    Binary,
    /// A workbook of Excel 97 to 2003.
    OldWorkbook,
    /// Text in another encoding. The line is the first that shows it.
    OtherEncoding { line: u64 },
}

/// What a workbook of Excel 97 to 2003 begins with.
const OLD_WORKBOOK: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Decodes the bytes of a text.
pub fn decoded(bytes: &[u8]) -> Result<Decoded<'_>, NoText> {
    if bytes.starts_with(OLD_WORKBOOK) {
        return Err(NoText::OldWorkbook);
    }
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let bytes = bytes.get(mark..).unwrap_or_default();
        let text = encoding.decode_without_bom_handling(bytes).0;
        let ends_within_letter = encoding == UTF_8 && ends_within_letter(bytes);
        return Ok(Decoded { text, is_guessed: false, ends_within_letter });
    }
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    if zeros > 0 {
        if let Some(encoding) = utf16_without_mark(bytes) {
            let text = encoding.decode_without_bom_handling(bytes).0;
            return Ok(Decoded { text, is_guessed: false, ends_within_letter: false });
        }
        if zeros > bytes.len().div_ceil(BYTES_PER_ZERO) {
            return Err(NoText::Binary);
        }
    }
    let (valid, invalid) = multi_byte_letters(bytes);
    if invalid <= valid {
        let text = String::from_utf8_lossy(bytes);
        let ends_within_letter = ends_within_letter(bytes);
        return Ok(Decoded { text, is_guessed: false, ends_within_letter });
    }
    as_windows_1252(bytes)
}

/// How many letters of several bytes UTF-8 has here, and how many sequences that are none.
fn multi_byte_letters(bytes: &[u8]) -> (usize, usize) {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    (valid, invalid)
}

fn ends_within_letter(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().last().is_some_and(|chunk| {
        // An error without a length: more bytes could complete the letter.
        std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none())
    })
}

/// Latin letters in UTF-16 have a zero in each pair, always on the same side.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let zeros =
        |side: usize| bytes.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count() * 100;
    let pairs = (bytes.len() / 2).max(1);
    let (first, second) = (zeros(0) / pairs, zeros(1) / pairs);
    match (first >= ZEROS_OF_UTF16, second >= ZEROS_OF_UTF16) {
        (false, true) if first == 0 => Some(UTF_16LE),
        (true, false) if second == 0 => Some(UTF_16BE),
        _ => None,
    }
}

fn as_windows_1252(bytes: &[u8]) -> Result<Decoded<'_>, NoText> {
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    // Bytes below a space that no text has.
    let is_control =
        |letter: char| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n' | '\0');
    let controls = text.chars().filter(|letter| letter.is_ascii() && is_control(*letter)).count();
    if controls > bytes.len().div_ceil(BYTES_PER_ZERO) {
        return Err(NoText::Binary);
    }
    let (mut words, mut foreign, mut first) = (0_usize, 0_usize, None);
    for (line, row) in (1_u64..).zip(text.split('\n')) {
        let is_break = |letter: char| letter == NO_BREAK_SPACE || !is_of_word(letter);
        for word in row.split(is_break).filter(|word| !word.is_ascii()) {
            words += 1;
            if is_foreign(word) {
                foreign += 1;
                first.get_or_insert(line);
            }
        }
    }
    match first {
        Some(line) if foreign * MOSTLY > words => Err(NoText::OtherEncoding { line }),
        _ => Ok(Decoded { text, is_guessed: true, ends_within_letter: false }),
    }
}

/// A letter, or what is beyond ASCII: another code page has letters there.
fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphabetic() || !letter.is_ascii()
}

/// Whether a word is not of a language that Windows-1252 is for.
fn is_foreign(word: &str) -> bool {
    // Quotes around letters are not of the run.
    let is_run = |run: &str| run.trim_matches(|l| SIGNS.contains(l)).chars().count() >= FOREIGN_RUN;
    word.split(|letter: char| letter.is_ascii()).any(is_run)
        || word.split(|letter| SIGNS.contains(letter)).any(is_foreign_part)
}

/// The same of a part between signs.
fn is_foreign_part(part: &str) -> bool {
    let letters: Vec<char> = part.chars().collect();
    let odd_letter = letters.iter().any(|letter| {
        // The code page leaves five bytes free, which are decoded as control characters.
        letter.is_control() || ICELANDIC.contains(letter)
    });
    let within = letters.windows(3).any(|three| match three {
        [before, sign, after] => {
            before.is_alphabetic() && !sign.is_alphabetic() && after.is_alphabetic()
        }
        _ => false,
    });
    let turned = letters.windows(2).any(|two| match two {
        [small, capital] => {
            small.is_ascii_lowercase() && !capital.is_ascii() && capital.is_uppercase()
        }
        _ => false,
    });
    odd_letter || within || turned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(bytes: &[u8], text: &str, is_guessed: bool) {
        let found = decoded(bytes).unwrap();
        assert_eq!((found.text.as_ref(), found.is_guessed), (text, is_guessed), "{bytes:?}");
    }

    fn in_page(label: &str, text: &str) -> Vec<u8> {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let (bytes, _, has_unknown) = encoding.encode(text);
        assert!(!has_unknown, "{label} cannot write {text}");
        bytes.into_owned()
    }

    #[test]
    fn ok_utf8_with_a_few_bad_bytes_stays_utf8() {
        ok("id,Größe".as_bytes(), "id,Größe", false);
        // Cut in the middle of a letter, and one bad byte among good letters.
        ok(&"1,Альфа".as_bytes()[..11], "1,Альф\u{fffd}", false);
        ok(b"M\xc3\xbcller, M\xfcller", "Müller, M\u{fffd}ller", false);
        ok(b"1,Al\0der and so on, a long line", "1,Al\0der and so on, a long line", false);
    }

    #[test]
    fn ok_utf16_with_and_without_its_mark() {
        let little: Vec<u8> = "id,Größe".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "id,Größe".encode_utf16().flat_map(u16::to_be_bytes).collect();
        ok(&little, "id,Größe", false);
        ok(&big, "id,Größe", false);
        ok(&[&b"\xff\xfe"[..], &little].concat(), "id,Größe", false);
        ok(&[&b"\xfe\xff"[..], &big].concat(), "id,Größe", false);
        // A list of names in Cyrillic has its zeros in the header, in digits and separators.
        let cyrillic = "id,name,country\n1,Завод Альфа,RU\n2,Комбинат Бета,RU\n";
        let bytes: Vec<u8> = cyrillic.encode_utf16().flat_map(u16::to_le_bytes).collect();
        ok(&bytes, cyrillic, false);
    }

    #[test]
    fn ok_windows_1252_of_western_europe_is_guessed() {
        for text in [
            "id;Größe\n1;Müller Bäckerei Söhne GmbH",
            "1;Société Générale “Test” – l’été;FR",
            "1;Compañía Española S.A., C/ Núñez 5, 3º;ES",
            "1;Åland Øl & Smørrebrød A/S;DK\n2;São João Construções Ltda",
            "1;SOCIÉTÉ CRÉÉE À ORLÉANS;FR",
            "1;«\u{a0}Étoile\u{a0}» ––– “Ö”, n°\u{a0}5;FR",
        ] {
            ok(&in_page("windows-1252", text), text, true);
        }
    }

    #[test]
    fn err_other_code_pages_are_refused_with_the_line() {
        for (label, text) in [
            ("windows-1251", "Завод Калинина"),
            ("koi8-r", "Завод Калинина"),
            ("ibm866", "Завод Калинина"),
            ("iso-8859-5", "Завод Калинина"),
            ("gbk", "华为技术有限公司"),
            ("big5", "華為技術有限公司"),
            ("shift_jis", "株式会社アルダー"),
            ("euc-kr", "주식회사 알더"),
            ("windows-1250", "Zakład Żelaza Wrocław Spółka"),
            ("windows-1253", "Ελληνική Εταιρεία"),
            ("windows-1254", "Güneş Elektrik Şirketi Ağaç"),
            ("windows-1255", "חברה בעם"),
            ("windows-1256", "شركة النور"),
            ("windows-1257", "Rūpniecības šķērsiela ņemšana"),
        ] {
            let mut bytes = b"id,name\n1,Alder Works Ltd\n2,".to_vec();
            bytes.extend(in_page(label, text));
            assert_eq!(decoded(&bytes), Err(NoText::OtherEncoding { line: 3 }), "{label}");
        }
    }

    #[test]
    fn err_bytes_that_are_no_text() {
        assert_eq!(decoded(b"\x00\x01\x02\x00"), Err(NoText::Binary));
        let old = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 100]].concat();
        assert_eq!(decoded(&old), Err(NoText::OldWorkbook));
        assert!(decoded(b"\x89PNG\r\n\x1a\n\x0b\xd2\x91\x8f\x00\x00\x01").is_err());
        ok(b"", "", false);
    }
}
