use std::collections::HashMap;
use std::fmt;

use protobuf::Message;

use crate::generated::error_details::ErrorInfo;

/// What a call can end with instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The broker decided against it; nothing was changed.
    Refused(Refusal),
    /// There is no broker at the socket, or the connection was lost. A call that may be repeated
    /// was repeated once before.
    Connection(String),
    /// The answer to a call that must not be repeated was lost, so that nobody here can say whether
    /// it was carried out. After a lost spawn an agent may live, until its token expires, of which
    /// the caller knows nothing.
    OutcomeUnknown(Box<Error>),
    /// No answer within the time that the options allow.
    Timeout,
    /// What came from the other end is not what a broker sends.
    Protocol(String),
    /// The request cannot be sent as it is; nothing was sent.
    InvalidRequest(String),
    /// The client, the stream or the follower was closed.
    Closed,
}

/// A result of this crate.
pub type Result<Value> = std::result::Result<Value, Error>;

impl Error {
    /// A stable code for programs and logs: the reason of a refusal, for example `SCOPE_VIOLATION`,
    /// else one of `CONNECTION_FAILED`, `OUTCOME_UNKNOWN`, `TIMEOUT`, `PROTOCOL_VIOLATION`,
    /// `INVALID_REQUEST` and `CLIENT_CLOSED`.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.reason,
            Self::Connection(_) => "CONNECTION_FAILED",
            Self::OutcomeUnknown(_) => "OUTCOME_UNKNOWN",
            Self::Timeout => "TIMEOUT",
            Self::Protocol(_) => "PROTOCOL_VIOLATION",
            Self::InvalidRequest(_) => "INVALID_REQUEST",
            Self::Closed => "CLIENT_CLOSED",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.code())?;
        match self {
            Self::Refused(refusal) => formatter.write_str(&refusal.message),
            Self::Connection(sentence)
            | Self::Protocol(sentence)
            | Self::InvalidRequest(sentence) => formatter.write_str(sentence),
            Self::OutcomeUnknown(cause) => {
                write!(
                    formatter,
                    "the answer was lost, and the request may have been carried out: {cause}"
                )
            }
            Self::Timeout => formatter.write_str("the broker did not answer in time"),
            Self::Closed => formatter.write_str("it is closed"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::OutcomeUnknown(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

/// The broker's No: it understood the request, decided, and did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The gRPC code in upper case, for example `PERMISSION_DENIED`.
    pub status: String,
    /// Stable, for example `SCOPE_VIOLATION`: proto/PROTOCOL.md lists them all. Where the answer
    /// carried none it is the status.
    pub reason: String,
    /// A sentence for a developer; it may change from version to version.
    pub message: String,
    /// What goes with the reason; mostly empty.
    pub metadata: HashMap<String, String>,
}

/// Whose reasons these are.
const DOMAIN: &str = "mayfly";
const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
/// Of a `google.rpc.Status`, the number of its code.
const CODE_FIELD: u32 = 1;
const UNKNOWN: &str = "UNKNOWN";

impl Refusal {
    pub(crate) fn new(status: &str, reason: &str, message: &str) -> Self {
        Self {
            status: status.to_owned(),
            reason: reason.to_owned(),
            message: message.to_owned(),
            metadata: HashMap::new(),
        }
    }

    /// `None` where the status is that of a call that succeeded. A code that gRPC does not have is
    /// no success, although the decoder shows it as one: it puts it among the unknown fields.
    pub(crate) fn read(status: &ttrpc::Status) -> Option<Self> {
        let is_unknown_code = status
            .unknown_fields
            .iter()
            .any(|(number, values)| number == CODE_FIELD && !values.varint.is_empty());
        let name = match status.get_code() {
            _ if is_unknown_code => UNKNOWN.to_owned(),
            ttrpc::Code::OK => return None,
            code => format!("{code:?}"),
        };
        let mut refusal = Self::new(&name, &name, status.get_message());
        let info = status
            .get_details()
            .iter()
            .filter(|detail| detail.get_type_url() == ERROR_INFO)
            .filter_map(|detail| ErrorInfo::parse_from_bytes(detail.get_value()).ok())
            .find(|info| info.get_domain() == DOMAIN && !info.get_reason().is_empty());
        if let Some(info) = info {
            refusal.reason = info.get_reason().to_owned();
            refusal.metadata = info.get_metadata().clone();
        }
        Some(refusal)
    }
}

pub(crate) fn invalid(sentence: &str) -> Error {
    Error::InvalidRequest(sentence.to_owned())
}

pub(crate) fn violation(sentence: &str) -> Error {
    Error::Protocol(sentence.to_owned())
}
