//! Which consecutive values share one part of a body. Pure.

use serde_json::value::RawValue;

/// Splits changes or alerts into as few runs as possible that fit into `room` bytes, commas
/// included. One that is too long is a run of its own.
pub fn groups(units: &[Box<RawValue>], room: usize) -> Vec<&[Box<RawValue>]> {
    let mut groups = Vec::new();
    let (mut rest, mut taken, mut size) = (units, 0, 0);
    for unit in units {
        let with_comma = unit.get().len() + 1;
        if taken > 0 && size + with_comma > room {
            let (group, after) = rest.split_at(taken);
            groups.push(group);
            (rest, taken, size) = (after, 0, 0);
        }
        taken += 1;
        size += with_comma;
    }
    groups.push(rest);
    groups
}
