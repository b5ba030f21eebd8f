//! Characters by their part in typography: quotes, dashes, stops, separators, and those that cannot
//! be seen.
//!
//! Knows single characters. What a change of one means is for `editorial` to say.

/// Quotation marks, apostrophes, primes, and the marks that transcriptions put for an apostrophe.
pub fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"' | '`' | '´' | '«' | '»' | '‹' | '›' | '״' | '׳' | '՚')
        || matches!(character, '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '\u{2057}' | '\u{275b}'..='\u{275e}')
        || matches!(
            character,
            '\u{2b9}'..='\u{2bf}' | '\u{2c8}' | '\u{2ca}' | '\u{2cb}' | '\u{2ee}'
        )
        || matches!(character, '\u{300a}'..='\u{300f}' | '\u{301d}'..='\u{301f}' | '\u{3008}' | '\u{3009}' | '\u{ff62}' | '\u{ff63}')
}

/// Hyphens, dashes and minus signs.
pub fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{58a}' | '\u{5be}' | '\u{2010}'
            ..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2e17}' | '\u{2e1a}'
    ) || matches!(
        character,
        '\u{2e3a}'
            | '\u{2e3b}'
            | '\u{2e40}'
            | '\u{301c}'
            | '\u{3030}'
            | '\u{30a0}'
            | '\u{fe31}'
            | '\u{fe32}'
    ) || matches!(character, '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff5e}')
}

/// Periods and commas of any script.
pub fn is_stop(character: char) -> bool {
    is_period(character) || matches!(character, ',' | '،' | '、' | '﹐' | '､' | '，')
}

pub fn is_period(character: char) -> bool {
    matches!(character, '.' | '…' | '。' | '․' | '｡' | '．')
}

/// What joins an item of a list to the next one, and stays behind where the last item was dropped.
pub fn is_separator(character: char) -> bool {
    is_stop(character) || matches!(character, ';' | ':' | '；' | '：' | '؛')
}

/// Zero-width characters, marks of direction, variation selectors and controls.
pub fn is_invisible(character: char) -> bool {
    (character.is_ascii_control() && !character.is_whitespace())
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180e}'
        )
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}')
        || matches!(character, '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e01ef}')
}

/// A character as it is set at its usual width: `Ａ` is `A`. A full-width question mark stays: it
/// is no lost character.
pub fn usual_width(character: char) -> char {
    match u32::from(character) {
        0xff1f => character,
        code @ 0xff01..=0xff5d => char::from_u32(code - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// The letters of a ligature, of `ß` and of a final sigma, which are set in another way in upper
/// case or in another font.
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
    fn a_character_has_one_part_at_most() {
        for character in ('\0'..='\u{ffff}').filter(|character| *character != '\u{ad}') {
            let parts = [
                is_quote(character),
                is_dash(character),
                is_stop(character),
                is_invisible(character),
                character.is_whitespace(),
            ];
            let count = parts.iter().filter(|is| **is).count();
            assert!(count <= 1, "{character:?} {parts:?}");
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
    fn a_width_is_no_part_of_a_letter() {
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
