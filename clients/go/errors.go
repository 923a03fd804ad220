package mayfly

import (
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// RefusedError is the broker's No: it understood the request, decided, and did nothing.
type RefusedError struct {
	// Status is the gRPC code in upper case, for example PERMISSION_DENIED.
	Status string
	// Reason is stable, for example SCOPE_VIOLATION: proto/PROTOCOL.md lists them all. Where the
	// answer carried none it is the Status.
	Reason string
	// Message is a sentence for a developer; it may change from version to version.
	Message string
	// Metadata goes with the reason; mostly empty.
	Metadata map[string]string
}

// Error gives the reason and the sentence.
func (refused *RefusedError) Error() string { return sentence(refused.Reason, refused.Message) }

// CallError is everything else that a call can end with instead of an answer. Compare it with
// errors.Is and one of ErrConnection, ErrOutcomeUnknown, ErrTimeout, ErrProtocol,
// ErrInvalidRequest, ErrCanceled and ErrClosed.
type CallError struct {
	// Code is stable, for example OUTCOME_UNKNOWN.
	Code string
	// Message is a sentence for a developer.
	Message string
	// Cause is what happened, where something else did.
	Cause error
}

var (
	// ErrConnection: there is no broker at the socket, or the connection was lost.
	ErrConnection = &CallError{Code: "CONNECTION_FAILED"}
	// ErrOutcomeUnknown: the answer to a call that must not be repeated was lost, so that nobody here
	// can say whether it was carried out. After a lost spawn an agent may live, until its token
	// expires, of which the caller knows nothing.
	ErrOutcomeUnknown = &CallError{Code: "OUTCOME_UNKNOWN"}
	// ErrTimeout: no answer within the time that the options or the context allow.
	ErrTimeout = &CallError{Code: "TIMEOUT"}
	// ErrProtocol: what came from the other end is not what a broker sends.
	ErrProtocol = &CallError{Code: "PROTOCOL_VIOLATION"}
	// ErrInvalidRequest: the request cannot be sent as it is; nothing was sent.
	ErrInvalidRequest = &CallError{Code: "INVALID_REQUEST"}
	// ErrCanceled: the context was cancelled before the call began; nothing was sent.
	ErrCanceled = &CallError{Code: "CANCELLED"}
	// ErrClosed: the client, stream or follower was closed.
	ErrClosed = &CallError{Code: "CLIENT_CLOSED"}
)

// Error gives the code and the sentence.
func (failure *CallError) Error() string { return sentence(failure.Code, failure.Message) }

// Unwrap gives the cause.
func (failure *CallError) Unwrap() error { return failure.Cause }

// Is compares the codes, so that errors.Is(err, ErrTimeout) finds any timeout.
func (failure *CallError) Is(target error) bool {
	other, ok := target.(*CallError)
	return ok && other.Code == failure.Code
}

// Code is the stable code of an error of this package: the reason of a refusal, the code of a
// failed call or of a token that was not verified; empty for any other error.
func Code(err error) string {
	var refused *RefusedError
	var failure *CallError
	var unverified *VerificationError
	switch {
	// The outermost first: a call can fail because of a refusal, a token because of a call.
	case errors.As(err, &unverified):
		return unverified.Code
	case errors.As(err, &failure):
		return failure.Code
	case errors.As(err, &refused):
		return refused.Reason
	default:
		return ""
	}
}

func sentence(code, message string) string {
	if message == "" {
		return code
	}
	return code + ": " + message
}

func failed(kind *CallError, message string, cause error) *CallError {
	return &CallError{Code: kind.Code, Message: message, Cause: cause}
}

func invalidRequest(message string) error { return failed(ErrInvalidRequest, message, nil) }

func protocolViolation(message string) error { return failed(ErrProtocol, message, nil) }

// outcomeUnknown says of a call that must not be repeated that its answer was lost.
func outcomeUnknown(cause error) error {
	return failed(
		ErrOutcomeUnknown,
		"the answer was lost, and the request may have been carried out: "+cause.Error(), cause)
}

// errorDomain is whose reasons these are.
const errorDomain = "mayfly"

// statusNames are the names of gRPC's codes as the protocol writes them.
var statusNames = map[codes.Code]string{
	codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND",
	codes.AlreadyExists: "ALREADY_EXISTS", codes.PermissionDenied: "PERMISSION_DENIED",
	codes.ResourceExhausted: "RESOURCE_EXHAUSTED", codes.FailedPrecondition: "FAILED_PRECONDITION",
	codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE", codes.Unimplemented: "UNIMPLEMENTED",
	codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE", codes.DataLoss: "DATA_LOSS",
	codes.Unauthenticated: "UNAUTHENTICATED",
}

func refusal(answer *status.Status) *RefusedError {
	name, isKnown := statusNames[answer.Code()]
	if !isKnown {
		name = "UNKNOWN"
	}
	refused := &RefusedError{Status: name, Reason: name, Message: answer.Message()}
	for _, detail := range answer.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		if ok && info.GetDomain() == errorDomain && info.GetReason() != "" {
			refused.Reason, refused.Metadata = info.GetReason(), info.GetMetadata()
			break
		}
	}
	return refused
}
