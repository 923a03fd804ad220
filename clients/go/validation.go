package mayfly

import (
	"context"
	"time"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// ValidateOptions say what a token must be good for.
type ValidateOptions struct {
	// RequiredScope must be covered, all of it.
	RequiredScope []string
	// RequiredAudience must be among the token's; empty asks for none.
	RequiredAudience string
	// ConsumeUse consumes one use, durably: for clients that speak for an app.
	ConsumeUse bool
	// OmitClaims leaves out the claims, for callers that read them from the token.
	OmitClaims bool
}

func (options ValidateOptions) request(token string) *mayflyv1.ValidateRequest {
	return &mayflyv1.ValidateRequest{
		Token: token, OmitClaims: options.OmitClaims, RequiredScope: options.RequiredScope,
		RequiredAudience: options.RequiredAudience, ConsumeUse: options.ConsumeUse,
	}
}

// repetition: a use that was consumed is not consumed again unasked.
func (options ValidateOptions) repetition() repetition { return repetition(!options.ConsumeUse) }

// Validation is the broker's answer. Why a token is not valid only its audit says.
type Validation struct {
	IsValid bool
	// Claims is JSON exactly as signed, of a token by reference what it refers to; nil where not valid
	// or omitted.
	Claims []byte
	// ExpiresAt is zero where not valid.
	ExpiresAt time.Time
	// UsesLeft is what is left of a limited number of uses, where one was consumed.
	UsesLeft uint32
}

func validation(answer *mayflyv1.ValidateResponse) Validation {
	if !answer.GetValid() {
		return Validation{}
	}
	return Validation{
		IsValid: true, Claims: answer.GetClaims(), ExpiresAt: fromUnix(answer.GetExpiresAt()),
		UsesLeft: answer.GetUsesLeft(),
	}
}

// Validate asks the broker whether a token is valid at this moment and good for what is asked. A
// token that is not is no error. Needs no app, unless a use is consumed.
func (client *Client) Validate(
	ctx context.Context, token string, options ValidateOptions,
) (Validation, error) {
	answer := &mayflyv1.ValidateResponse{}
	err := client.call(ctx, method{agentsService, "Validate"}, options.repetition(),
		options.request(token), answer)
	return validation(answer), err
}

// ValidateBatch asks about 1 to 1,024 tokens in one call, each judged alone, in their order.
func (client *Client) ValidateBatch(
	ctx context.Context, tokens []string, options ValidateOptions,
) ([]Validation, error) {
	request := &mayflyv1.ValidateBatchRequest{}
	for _, token := range tokens {
		request.Items = append(request.Items, options.request(token))
	}
	answer := &mayflyv1.ValidateBatchResponse{}
	err := client.call(
		ctx, method{agentsService, "ValidateBatch"}, options.repetition(), request, answer)
	if err != nil {
		return nil, err
	}
	if len(answer.GetItems()) != len(tokens) {
		return nil, protocolViolation("the answer judges another number of tokens")
	}
	validations := make([]Validation, len(tokens))
	for index, item := range answer.GetItems() {
		validations[index] = validation(item)
	}
	return validations, nil
}

// Release ends the grant of a token and all that hangs on it, for whoever presents it; false where
// it was not live.
func (client *Client) Release(ctx context.Context, token string) (bool, error) {
	return client.release(ctx, releaseOf(token))
}

// ReleaseGrant ends a grant of the client's own app by its id; false where it was not live, or is
// another app's.
func (client *Client) ReleaseGrant(ctx context.Context, grantID string) (bool, error) {
	return client.release(ctx, &mayflyv1.ReleaseRequest{
		Target: &mayflyv1.ReleaseRequest_GrantId{GrantId: grantID},
	})
}

// ReleaseBatch ends the grants of 1 to 1,024 tokens in one call, each judged alone, in their order.
func (client *Client) ReleaseBatch(ctx context.Context, tokens []string) ([]bool, error) {
	request := &mayflyv1.ReleaseBatchRequest{}
	for _, token := range tokens {
		request.Items = append(request.Items, releaseOf(token))
	}
	answer := &mayflyv1.ReleaseBatchResponse{}
	err := client.call(ctx, method{agentsService, "ReleaseBatch"}, repeatable, request, answer)
	if err == nil && len(answer.GetEnded()) != len(tokens) {
		err = protocolViolation("the answer names another number of tokens")
	}
	return answer.GetEnded(), err
}

func releaseOf(token string) *mayflyv1.ReleaseRequest {
	return &mayflyv1.ReleaseRequest{Target: &mayflyv1.ReleaseRequest_Token{Token: token}}
}

func (client *Client) release(ctx context.Context, request *mayflyv1.ReleaseRequest) (bool, error) {
	answer := &mayflyv1.ReleaseResponse{}
	err := client.call(ctx, method{agentsService, "Release"}, repeatable, request, answer)
	return answer.GetEnded(), err
}
