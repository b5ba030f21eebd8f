//! What is reported if the lists, or documents in them, could not be read. Pure.

use crate::fetch::{FetchError, Register};
use crate::pipeline::check::operator_alerts::Failure;
use crate::pipeline::federal_register::listing::ListingProblem;

/// The failure of the requests for the lists.
pub fn of_requests(problems: &[FetchError]) -> Failure {
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    Failure {
        message: messages.join("; "),
        refused: problems.iter().any(|problem| problem.refused),
        retry_after: problems.iter().filter_map(|problem| problem.retry_after).max(),
    }
}

/// The failure of the requests and of the documents in the answers.
pub fn of_listing(register: &Register, problems: &[ListingProblem]) -> Failure {
    let requests = of_requests(&register.problems);
    let in_answers =
        problems.iter().map(|problem| format!("the document is refused: {}", problem.message));
    let messages: Vec<String> =
        register.problems.iter().map(|problem| problem.message.clone()).chain(in_answers).collect();
    Failure {
        message: messages.join("; "),
        refused: requests.refused || !problems.is_empty(),
        ..requests
    }
}
