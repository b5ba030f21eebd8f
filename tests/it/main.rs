//! One binary of stories: each module tells one area from outside its stage.

mod parse_csl;
mod parse_ecfr;
mod parse_federal_register;
