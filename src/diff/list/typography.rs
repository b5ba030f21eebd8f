//! Classes of characters in typography: quotes, dashes, periods and commas, separators, and
//! invisible characters.
//!
//! Knows single characters. `editorial` decides what a change of one means.

/// Quotation marks, apostrophes, primes, and the marks that transcriptions use as apostrophes.
pub fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"' | '`' | '´' | '«' | '»' | '‹' | '›' | '״' | '׳' | '՚')
        || matches!(character, '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '\u{2057}')
        || matches!(character, '\u{275b}'..='\u{275e}' | '\u{2b9}'..='\u{2bf}' | '\u{2c8}')
        || matches!(character, '\u{2ca}' | '\u{2cb}' | '\u{2ee}' | '\u{3008}' | '\u{3009}')
        || matches!(character, '\u{300a}'..='\u{300f}' | '\u{301d}'..='\u{301f}')
        || matches!(character, '\u{ff62}' | '\u{ff63}')
}

/// Hyphens, dashes and minus signs.
pub fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{58a}' | '\u{5be}' | '\u{2010}'..='\u{2015}' | '\u{2043}')
        || matches!(character, '\u{2212}' | '\u{2e17}' | '\u{2e1a}' | '\u{2e3a}' | '\u{2e3b}')
        || matches!(character, '\u{2e40}' | '\u{301c}' | '\u{3030}' | '\u{30a0}' | '\u{fe31}')
        || matches!(character, '\u{fe32}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff5e}')
}

/// Periods and commas of any script.
pub fn is_period_or_comma(character: char) -> bool {
    is_period(character) || matches!(character, ',' | '،' | '、' | '﹐' | '､' | '，')
}

/// Periods and ellipses of any script.
pub fn is_period(character: char) -> bool {
    matches!(character, '.' | '…' | '。' | '․' | '｡' | '．')
}

/// Characters that join an item of a list to the next one. One is left over at the end if the last
/// item was dropped.
pub fn is_separator(character: char) -> bool {
    is_period_or_comma(character) || matches!(character, ';' | ':' | '；' | '：' | '؛')
}

/// Zero-width characters, direction marks, variation selectors and control characters.
pub fn is_invisible(character: char) -> bool {
    (character.is_ascii_control() && !character.is_whitespace())
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180e}'
        )
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{3164}')
        || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}')
        || matches!(character, '\u{e0000}'..='\u{e01ef}')
}

/// A character at its usual width: `A` for `Ａ`. A full-width question mark stays, because `?` would
/// count as a lost character.
pub fn usual_width(character: char) -> char {
    match u32::from(character) {
        0xff1f => character,
        code @ 0xff01..=0xff5d => char::from_u32(code - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// The letters of a ligature, of `ß` and of a final sigma, which look different in upper case or in
/// another font.
pub fn letters_of(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        'ß' => "ss",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_character_is_in_at_most_one_class() {
        for character in ('\0'..='\u{ffff}').filter(|character| *character != '\u{ad}') {
            let classes = [
                is_quote(character),
                is_dash(character),
                is_period_or_comma(character),
                is_invisible(character),
                character.is_whitespace(),
            ];
            let count = classes.iter().filter(|is| **is).count();
            assert!(count <= 1, "{character:?} {classes:?}");
            assert!(
                count == 0
                    || !character.is_alphanumeric()
                    || matches!(character, '\u{2b9}'..='\u{2ee}')
                    || is_invisible(character),
                "{character:?}"
            );
        }
    }

    #[test]
    fn ok_a_letter_is_independent_of_its_width() {
        for (wide, usual) in [
            ('Ａ', 'A'),
            ('ｚ', 'z'),
            ('７', '7'),
            ('，', ','),
            ('（', '('),
            ('？', '？'),
            ('ア', 'ア'),
            ('A', 'A'),
        ] {
            assert_eq!(usual_width(wide), usual);
        }
    }
}
