//! The one byte sequence of a JSON value: the JSON Canonicalization Scheme of RFC 8785.
//!
//! A signature covers these bytes, so that a receipt that another program has read and written
//! again still verifies.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The largest integer that every reader of JSON reads exactly (RFC 7493, section 2.2).
const MAX_INTEGER: u64 = (1 << 53) - 1;
/// From this power of ten on, ECMAScript writes a number with an exponent.
const FIRST_EXPONENT: i32 = 22;
/// Down to this many zeros after the point, ECMAScript writes a number without an exponent.
const MOST_LEADING_ZEROS: i32 = 5;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an integer of at most 53 bits, but got {0}")]
pub struct NotCanonical(String);

/// The canonical form of a value.
///
/// ```
/// let value = serde_json::json!({"b": [1.0, null], "a": "\u{20ac}"});
/// let text = entitywatch::receipt::canonical_json::canonical(&value).unwrap();
/// assert_eq!(text, r#"{"a":"€","b":[1,null]}"#);
/// ```
///
/// # Errors
///
/// If an integer has more than 53 bits, because readers would disagree about it.
pub fn canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

/// Reads JSON in which no object has the same key twice. Of two equal keys a signature would cover
/// one, and a person might read the other.
///
/// # Errors
///
/// If the text is no JSON, or has a key twice.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Unique.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn write(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number_text(number)?),
        // serde_json escapes what RFC 8785 escapes, in the same way.
        Value::String(_) => out.push_str(&value.to_string()),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            // In the order of UTF-16 code units, which is not that of the code points.
            let sorted: BTreeMap<Vec<u16>, (&String, &Value)> = members
                .iter()
                .map(|(key, value)| (key.encode_utf16().collect(), (key, value)))
                .collect();
            out.push('{');
            for (place, (key, value)) in sorted.into_values().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn number_text(number: &Number) -> Result<String, NotCanonical> {
    let is_exact = |size: u64| size <= MAX_INTEGER;
    if let Some(integer) = number.as_i64() {
        return match is_exact(integer.unsigned_abs()) {
            true => Ok(integer.to_string()),
            false => Err(NotCanonical(integer.to_string())),
        };
    }
    match number.as_f64().filter(|_| !number.is_u64()) {
        Some(float) => Ok(float_text(float)),
        None => Err(NotCanonical(number.to_string())),
    }
}

/// A number as ECMAScript writes it: the fewest digits that give this number again.
fn float_text(float: f64) -> String {
    if float == 0.0 {
        return "0".to_owned();
    }
    // serde_json writes the fewest digits, and of two equally near ones the even one, as ECMAScript
    // does. The standard library does not.
    let written = Number::from_f64(float.abs()).map_or_else(String::new, |it| it.to_string());
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{rest}");
    let leading_zeros = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    // Where the point stands, counted from before the first digit.
    let point = exponent + length(whole) - i32::try_from(leading_zeros).unwrap_or_default();
    let count = length(digits);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let split = |at: i32| digits.split_at(usize::try_from(at).unwrap_or_default());
    let text = if count <= point && point < FIRST_EXPONENT {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point < FIRST_EXPONENT {
        let (whole, rest) = split(point);
        format!("{whole}.{rest}")
    } else if (-MOST_LEADING_ZEROS..=0).contains(&point) {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = split(1);
        let exponent = point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        let separator = if rest.is_empty() { "" } else { "." };
        format!("{first}{separator}{rest}e{sign}{}", exponent.unsigned_abs())
    };
    if float < 0.0 { format!("-{text}") } else { text }
}

fn length(text: &str) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX)
}

/// Reads any JSON value, and refuses a key that an object already has.
struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Unique)? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(Unique)?;
            if all.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key `{key}` twice")));
            }
            all.insert(key, value);
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        assert_eq!(canonical(&parse(json).unwrap()).unwrap(), expected, "{json}");
    }

    /// RFC 8785, section 3.2.2 and 3.2.4.
    #[test]
    fn ok_the_example_of_the_rfc() {
        check(
            r#"{
                "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals": [null, true, false]
            }"#,
            "{\"literals\":[null,true,false],\
             \"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
        );
    }

    /// RFC 8785, section 3.2.3.
    #[test]
    fn ok_keys_are_in_the_order_of_utf_16() {
        check(
            r#"{
                "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet",
                "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
                "\u00f6": "Latin Small Letter O With Diaeresis"
            }"#,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
             \"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\
             \"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet\"}",
        );
    }

    /// RFC 8785, appendix B.
    #[test]
    fn ok_numbers_are_as_ecmascript_writes_them() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(float_text(f64::from_bits(bits)), expected, "{bits:x}");
        }
        // All scores of a match come back as they were written.
        for thousandths in 0..=1000_i32 {
            let score = f64::from(thousandths) / 1000.0;
            let text = float_text(score);
            assert_eq!(parse(&text).unwrap().as_f64(), Some(score), "{text}");
            assert_eq!(canonical(&parse(&text).unwrap()).unwrap(), text);
        }
    }

    #[test]
    fn err_integers_that_readers_would_read_differently() {
        for json in ["9007199254740992", "-9007199254740992", "18446744073709551615"] {
            assert!(canonical(&parse(json).unwrap()).is_err(), "{json}");
        }
        check("-9007199254740991", "-9007199254740991");
    }

    #[test]
    fn err_a_key_twice_and_what_is_no_json() {
        let error = parse(r#"{"a": {"b": 1, "b": 1}}"#).unwrap_err().to_string();
        assert!(error.contains("the key `b` twice"), "{error}");
        for text in ["", "{", "{} {}", "[1,]", "nil"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
