//! One binary of stories: each module tells one area from outside its stage.

mod fetch;
mod parse_ecfr;
mod upstream;
