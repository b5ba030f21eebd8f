//! The pictures: what is counted, and where the bars of a chart are.
//!
//! Each is a table first. The table is the text alternative of the picture, and what the API gives.

pub mod by_year;
pub mod chart;
pub mod filing;
