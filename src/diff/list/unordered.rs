//! Compares lists whose order has no meaning, such as aliases and addresses.

/// Whether two lists have the same members, each equally often, in any order.
pub fn same_members<T: Ord>(one: &[T], other: &[T]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if one == other {
        return true;
    }
    let (mut one, mut other): (Vec<&T>, Vec<&T>) = (one.iter().collect(), other.iter().collect());
    one.sort_unstable();
    other.sort_unstable();
    one == other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_order_has_no_meaning_and_the_count_has() {
        assert!(same_members(&["a", "b", "a"], &["a", "a", "b"]));
        assert!(!same_members(&["a", "b", "b"], &["a", "a", "b"]));
        assert!(!same_members(&["a"], &["a", "a"]));
        assert!(same_members::<u8>(&[], &[]));
    }
}
