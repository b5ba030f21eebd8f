//! Sizes in bytes, in words for people.

/// `512 bytes`, `1.2 MB`, `340 MB`: decimal units, as disks are sold and as `df -H` prints them.
pub fn size_text(bytes: u64) -> String {
    const STEP: u64 = 1000;
    if bytes < STEP {
        return format!("{bytes} bytes");
    }
    let (mut unit, mut size) = ("kB", bytes);
    for larger in ["MB", "GB", "TB", "PB", "EB"] {
        if size < STEP * STEP {
            break;
        }
        (unit, size) = (larger, size / STEP);
    }
    let (whole, tenth) = (size / STEP, size % STEP / 100);
    if whole < 10 { format!("{whole}.{tenth} {unit}") } else { format!("{whole} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_or_three_digits_and_a_unit() {
        for (bytes, expected) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_200, "1.2 kB"),
            (16_900_000, "16 MB"),
            (999_999_999, "999 MB"),
            (1_000_000_000, "1.0 GB"),
            (1_152_921_504_606_846_976, "1.1 EB"),
        ] {
            assert_eq!(size_text(bytes), expected, "{bytes}");
        }
    }
}
