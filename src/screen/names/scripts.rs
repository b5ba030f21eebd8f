//! Words of company names in their own script, read by meaning: `科技` is technology. What the
//! table `scripts.txt` does not know is left as it is, to be romanized.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

use super::letters::MAX_LETTERS;
use super::table::lines;

/// Traditional and Japanese characters, each before the simplified one that the table has.
const SIMPLIFIED: &str = "電电國国際际業业機机製制學学術术資资訊讯網网絡络軟软體体計计據据數数碼码動动務务貿贸進进\
    發发開开設设備备儀仪測测試试檢检車车飛飞導导彈弹衛卫無无線线傳传達达聯联團团總总廠厂縣县區区東东廣广\
    蘇苏遼辽寧宁龍龙臺台灣湾門门鄭郑漢汉長长慶庆陝陕貴贵雲云濟济煙烟連连瀋沈陽阳濱滨爾尔錫锡紹绍興兴溫温\
    財财險险銀银藥药醫医療疗農农紡纺織织輸输運运鐵铁鋼钢礦矿氣气環环築筑實实驗验責责會会協协館馆華华為为\
    視视創创維维應应鏈链儲储貨货軌轨顯显膠胶纖纤軸轴閥阀紀纪藝艺處处辦办級级師师範范萬万產产産产実实気气鉄铁\
    対对鉱矿応应総总戸户団团関关営营薬药経经済济発发県县検检験验浜滨広广裝装優优標标準准監监遠远諮咨詢询\
    賴赖訓训練练書书報报紙纸鑄铸鍛锻壓压縮缩冶冶齒齿輪轮陸陆軍军業业頻频聲声學学曆历歷历證证圖图語语";

/// The characters of Chinese numbers, by their value.
const DIGITS: &str = "〇一二三四五六七八九";
const ZERO: char = '零';
const TENS: [(char, usize); 3] = [('十', 10), ('百', 100), ('千', 1000)];
/// What follows a number that is not introduced by `第`: an institute, a plant, a bureau.
const NUMBERED: [&str; 8] = ["研究所", "研究院", "所", "工厂", "厂", "院", "号", "基地"];
/// What may follow the name of a place, and adds nothing: city, province.
const OF_PLACES: [char; 2] = ['市', '省'];
/// `市场` is a market.
const MARKET: char = '场';

/// The originals of the table by their first letter, the longest first.
type Originals = FxHashMap<char, Vec<(Vec<char>, &'static str)>>;

static ORIGINALS: LazyLock<Originals> = LazyLock::new(|| {
    let mut originals = Originals::default();
    for (latin, written) in lines(include_str!("../tables/scripts.txt")) {
        for original in written.split("; ") {
            let letters: Vec<char> =
                original.nfkc().filter_map(|letter| Some(folded(letter)?.0)).collect();
            if let Some(first) = letters.first() {
                originals.entry(*first).or_default().push((letters, latin));
            }
        }
    }
    for known in originals.values_mut() {
        known.sort_by_key(|(letters, _)| std::cmp::Reverse(letters.len()));
    }
    originals
});

static SIMPLE: LazyLock<FxHashMap<char, char>> = LazyLock::new(|| {
    let letters: Vec<char> = SIMPLIFIED.chars().filter(|letter| !letter.is_whitespace()).collect();
    letters.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
});

/// The text with its known words in Latin letters, and Chinese numbers in digits.
///
/// ```
/// use entitywatch::screen::names::scripts::in_latin;
/// assert_eq!(in_latin("北京市森诺科技有限公司").split_whitespace().collect::<Vec<_>>().join(" "),
///     "beijing 森诺 technology you xian gong si");
/// assert_eq!(in_latin("Alder Works"), "Alder Works");
/// ```
pub fn in_latin(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_read_by_meaning) {
        return Cow::Borrowed(text);
    }
    let letters: Vec<(char, char)> = text.nfkc().filter_map(folded).take(MAX_LETTERS).collect();
    let mut latin = String::with_capacity(text.len() * 2);
    let mut at = 0;
    while let Some((letter, original)) = letters.get(at) {
        if let Some((length, number)) = number(&letters, at) {
            add_word(&mut latin, &number.to_string());
            at += length;
        } else if let Some((length, words)) = known(&letters, at) {
            add_word(&mut latin, words);
            at += length;
            let is_of_place = letters.get(at).is_some_and(|next| OF_PLACES.contains(&next.0));
            if is_of_place && letters.get(at + 1).is_none_or(|next| next.0 != MARKET) {
                at += 1;
            }
        } else {
            // `第13所`: the digits are a number already.
            let is_before_digit = letters.get(at + 1).is_some_and(|next| next.0.is_ascii_digit());
            latin.push(if *letter == '第' && is_before_digit { ' ' } else { *original });
            at += 1;
        }
    }
    Cow::Owned(latin)
}

fn add_word(latin: &mut String, word: &str) {
    latin.push(' ');
    latin.push_str(word);
    latin.push(' ');
}

/// A letter as the table writes it, and as it was. Marks and joiners are dropped.
fn folded(letter: char) -> Option<(char, char)> {
    let simple = match letter {
        '\u{64b}'..='\u{652}' | '\u{640}' | '\u{200c}' | '\u{200d}' | 'ء' => return None,
        'ي' | 'ى' | 'ئ' => 'ی',
        'ك' => 'ک',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        'ة' => 'ه',
        letter if letter.is_ascii() => letter,
        letter => SIMPLE.get(&letter).copied().unwrap_or(letter),
    };
    let mut lower = simple.to_lowercase();
    Some((lower.next().filter(|_| lower.next().is_none()).unwrap_or(simple), letter))
}

/// The longest original that begins here: how many letters, and its words in Latin letters.
fn known(letters: &[(char, char)], at: usize) -> Option<(usize, &'static str)> {
    let first = letters.get(at)?.0;
    let before = at.checked_sub(1).and_then(|before| letters.get(before)).map(|pair| pair.0);
    ORIGINALS.get(&first)?.iter().find_map(|(original, latin)| {
        let end = at + original.len();
        let here = letters.get(at..end)?.iter().map(|pair| pair.0);
        let after = letters.get(end).map(|pair| pair.0);
        let last = original.last().copied();
        let is_whole =
            has_no_spaces(first) || (!continues(before, Some(first)) && !continues(last, after));
        (is_whole && here.eq(original.iter().copied())).then_some((original.len(), *latin))
    })
}

/// Whether two neighboring letters are of one word.
fn continues(one: Option<char>, other: Option<char>) -> bool {
    one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric)
}

/// A Chinese number that names a part of an organization: how many characters, and its value.
fn number(letters: &[(char, char)], at: usize) -> Option<(usize, usize)> {
    let is_introduced = letters.get(at)?.0 == '第';
    let start = at + usize::from(is_introduced);
    let run = letters
        .iter()
        .skip(start)
        .take_while(|pair| digit(pair.0).is_some() || ten(pair.0).is_some());
    let numerals: Vec<char> = run.map(|pair| pair.0).collect();
    let end = start + numerals.len();
    let rest: String = letters.iter().skip(end).take(3).map(|pair| pair.0).collect();
    // Two characters at least, because one may be a part of a name.
    let is_numbered =
        numerals.len() >= 2 && NUMBERED.iter().any(|organization| rest.starts_with(organization));
    (!numerals.is_empty() && (is_introduced || is_numbered))
        .then(|| value(&numerals))
        .flatten()
        .map(|value| (end - at, value))
}

/// `七一六` is 716 and `二十三` is 23.
fn value(numerals: &[char]) -> Option<usize> {
    if !numerals.iter().any(|numeral| ten(*numeral).is_some()) {
        return numerals.iter().try_fold(0usize, |value, numeral| {
            value.checked_mul(10)?.checked_add(digit(*numeral)?)
        });
    }
    let (mut value, mut last) = (0usize, None);
    for numeral in numerals {
        match ten(*numeral) {
            Some(ten) => value = value.checked_add(last.take().unwrap_or(1) * ten)?,
            None => last = digit(*numeral),
        }
    }
    value.checked_add(last.unwrap_or(0))
}

fn digit(letter: char) -> Option<usize> {
    if letter == ZERO { Some(0) } else { DIGITS.chars().position(|digit| digit == letter) }
}

fn ten(letter: char) -> Option<usize> {
    TENS.iter().find(|(numeral, _)| *numeral == letter).map(|(_, value)| *value)
}

/// Scripts that may have words in the table: Greek to Arabic, Thai, Georgian, and those without
/// spaces.
fn is_read_by_meaning(letter: char) -> bool {
    matches!(letter, '\u{370}'..='\u{6ff}' | '\u{e00}'..='\u{e7f}' | '\u{10a0}'..='\u{11ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3200}'..='\u{33ff}')
        || has_no_spaces(letter)
}

/// Scripts that write words together: Han, Kana, Hangul, Thai. A form in parentheses follows its
/// name without a space too.
fn has_no_spaces(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}' | '(')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::screen::names::word::Name;

    /// The meanings of the words of a name, and its legal forms.
    fn check(text: &str, senses: &str, legal: &[&str]) {
        let name = Name::of(&in_latin(text));
        let own: Vec<&str> = name.words.iter().map(|word| word.sense.as_str()).collect();
        assert_eq!((own.join(" ").as_str(), name.legal.as_slice()), (senses, legal), "{text}");
    }

    #[test]
    fn ok_chinese_words_are_read_by_meaning_and_other_characters_by_sound() {
        check("北京森诺电子科技有限公司", "beijing sen nuo electronics technology", &["limited"]);
        check("深圳市森諾電子股份有限公司", "shenzhen sen nuo electronics", &["stock"]);
        check("森诺大学", "sen nuo university", &[]);
    }

    #[test]
    fn ok_chinese_numbers_are_numbers_where_they_name_a_part_of_an_organization() {
        check("森诺集团第二十三研究所", "sen nuo group 23 institute", &[]);
        check("森诺七一八研究所", "sen nuo 718 institute", &[]);
        check("第13研究所", "13 institute", &[]);
        check("第一百零五厂", "105 plant", &[]);
        check("四方电气", "si fang electric", &[]);
    }

    #[test]
    fn ok_japanese_and_korean_words_and_forms() {
        check("株式会社森諾製作所", "sen nuo manufacturing", &["stock"]);
        check("森诺㈱", "sen nuo", &["stock"]);
        check("알더전자 주식회사", "aldeo electronics", &["stock"]);
        check("(주)알더", "aldeo", &["stock"]);
        check("Alder 유한회사", "alder", &["liability"]);
    }

    #[test]
    fn ok_words_of_other_scripts_are_whole_words() {
        check("شركة ألدر للتجارة", "ldr trading", &["corporation"]);
        check("شرکت هواپیمایی آلدر", "aviation aldr", &["corporation"]);
        check("ИП Алдер", "alder", &["sole trader"]);
        check("Алдер НПЗ", "alder refinery", &[]);
        check("ИПАЛДЕР", "ipalder", &[]);
    }

    #[test]
    fn ok_hostile_texts() {
        check("", "", &[]);
        check("第", "di", &[]);
        assert!(value(&"九".repeat(60).chars().collect::<Vec<_>>()).is_none());
        assert!(in_latin(&"公司".repeat(100_000)).len() < 20 * MAX_LETTERS);
    }

    #[test]
    fn every_word_of_the_table_is_found() {
        let table = include_str!("../tables/scripts.txt");
        assert!(lines(table).count() > 300);
        for (latin, written) in lines(table) {
            assert!(latin.is_ascii(), "{latin}");
            for original in written.split("; ") {
                assert!(!original.is_ascii() && in_latin(original).contains(latin), "{original}");
            }
        }
        let pairs: Vec<char> = SIMPLIFIED.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(pairs.len() % 2, 0);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[第一十百所公司科شرکةАИП주식회사 a(1)]{0,30}") {
            let _ = in_latin(&text);
        }
    }
}
