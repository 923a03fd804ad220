package mayfly

import (
	"encoding/json"

	"mayfly.local/mayfly/internal/chain"
	"mayfly.local/mayfly/internal/mayflyv1"
)

// BrokerKeys are the issuer and the public keys that its tokens are signed with.
type BrokerKeys struct {
	// Issuer is the iss of its tokens.
	Issuer string
	keys   []chain.Key
}

// KeyIDs are the kids of the keys (RFC 7638, base64url).
func (keys BrokerKeys) KeyIDs() []string {
	ids := make([]string, len(keys.keys))
	for index, key := range keys.keys {
		ids[index] = key.ID
	}
	return ids
}

func brokerKeys(answer *mayflyv1.GetKeysResponse) (BrokerKeys, error) {
	keys := BrokerKeys{Issuer: answer.GetIssuer()}
	for _, key := range answer.GetKeys() {
		if key.GetUse() != mayflyv1.KeyUse_KEY_USE_TOKEN {
			continue
		}
		var public [32]byte
		if copy(public[:], key.GetPublicKey()) != len(public) || len(key.GetPublicKey()) != len(public) {
			return BrokerKeys{}, protocolViolation("a key is 32 bytes")
		}
		keys.keys = append(keys.keys, chain.NewKey(public))
	}
	return keys, nil
}

// ParseBrokerKeys reads what `mayfly keys --json` wrote, or a JWKS (RFC 7517). A JWKS names no
// issuer: the caller does; of the other an issuer that is not empty takes the place of its own.
func ParseBrokerKeys(text []byte, issuer string) (BrokerKeys, error) {
	var file struct {
		Issuer string
		Keys   []struct {
			Use       string
			PublicKey string `json:"public_key"`
			Kty       string
			Crv       string
			X         string
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return BrokerKeys{}, failed(ErrInvalidRequest, "the keys are not JSON", err)
	}
	if issuer == "" {
		issuer = file.Issuer
	}
	keys := BrokerKeys{Issuer: issuer}
	for _, key := range file.Keys {
		encoded := key.PublicKey
		switch {
		case key.Kty == "OKP" && key.Crv == "Ed25519" && (key.Use == "" || key.Use == "sig"):
			encoded = key.X
		case key.Kty != "" || key.Use != "token":
			continue
		}
		bytes, ok := chain.DecodeBase64URL(encoded)
		if !ok || len(bytes) != 32 {
			return BrokerKeys{}, invalidRequest("a key is 32 bytes in base64url")
		}
		var public [32]byte
		copy(public[:], bytes)
		keys.keys = append(keys.keys, chain.NewKey(public))
	}
	if !chain.IsIssuer(keys.Issuer) {
		return BrokerKeys{}, invalidRequest("the keys name no issuer")
	}
	return keys, nil
}
