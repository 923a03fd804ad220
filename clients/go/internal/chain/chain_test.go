package chain

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

type vectors struct {
	Issuer string
	Now    uint64
	Leeway uint64
	Keys   []struct{ Kid, X string }
	Cases  []struct {
		Name, Token, Audience, Refusal string
		Verified                       *struct {
			Grant, Jti, Subject, Jkt string
			ExpiresAt                uint64 `json:"expires_at"`
			Online                   bool
			ByReference              bool `json:"by_reference"`
			Scope, Audience          []string
			Lineage                  []Link
		}
	}
}

func readVectors(t testing.TB) (vectors, []Key) {
	t.Helper()
	bytes, err := os.ReadFile("../../../../proto/vectors/chains.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectors
	if err := json.Unmarshal(bytes, &file); err != nil {
		t.Fatal(err)
	}
	var keys []Key
	for _, key := range file.Keys {
		public, ok := decode32(key.X)
		if !ok {
			t.Fatalf("no key: %s", key.X)
		}
		keys = append(keys, NewKey(public))
		if keys[len(keys)-1].ID != key.Kid {
			t.Errorf("the key %s has the thumbprint %s", key.Kid, keys[len(keys)-1].ID)
		}
	}
	return file, keys
}

func TestEveryChainVectorIsJudgedAsItSays(t *testing.T) {
	file, keys := readVectors(t)
	for _, vector := range file.Cases {
		t.Run(vector.Name, func(t *testing.T) {
			times := Times{Now: file.Now, Leeway: file.Leeway}
			token, err := Verify(vector.Token, keys, file.Issuer, vector.Audience, times)
			if vector.Verified == nil {
				if err != Refusal(vector.Refusal) {
					t.Fatalf("got %v, want %s", err, vector.Refusal)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := *vector.Verified
			got := want
			got.Grant, got.Jti, got.ExpiresAt = token.Grant, token.TokenID, token.ExpiresAt
			got.Online, got.ByReference = token.IsOnline, token.IsReference
			got.Subject, got.Jkt = token.Subject, token.KeyThumbprint
			got.Lineage, got.Scope = token.Lineage, token.Scope
			if got.Audience = token.Audience; token.Audience == nil && !token.IsReference {
				got.Audience = []string{}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestAScopeCoversItselfAndAStarItsFamily(t *testing.T) {
	for _, test := range []struct {
		held, wanted string
		covers       bool
	}{
		{"read:data:x", "read:data:x", true},
		{"read:data:*", "read:data:x", true},
		{"read:data:*", "read:data:*", true},
		{"read:data:x", "read:data:*", false},
		{"read:data:*", "write:data:x", false},
		{"read:data:x:*", "read:data:x:y", false},
		{"read:data:*", "read:data:x:y", true},
		{"read:data:X", "read:data:x", false},
	} {
		if got := Covers(test.held, test.wanted); got != test.covers {
			t.Errorf("%s covers %s: %v", test.held, test.wanted, got)
		}
	}
}

func TestBase64URLHasOneTextForEveryBytes(t *testing.T) {
	for _, text := range []string{"QQ==", "QR", "Q Q", "Q\nQ", "Q+", "Q", "QQ\n"} {
		if _, ok := DecodeBase64URL(text); ok {
			t.Errorf("%q was decoded", text)
		}
	}
	if bytes, ok := DecodeBase64URL("QQ"); !ok || string(bytes) != "A" {
		t.Errorf("QQ is %q", bytes)
	}
}

func TestJSONThatProgramsReadInDifferentWaysIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "{", "{}x", " {}", "{} ", `{"a":1,}`, `{"a":1,"a":1}`, `{"a":{"b":1,"b":1}}`, `{"a":01}`,
		`{"a":"\u0041"}`, "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", "\xef\xbb\xbf{}", `[1 ,2]`,
		`{"a" :1}`, `[[[[[[[[[]]]]]]]]]`, `{"a":1.}`, `{"a":-}`, `{"a":tru}`, `{a:1}`, `{"a"}`,
	} {
		if _, ok := parseJSON([]byte(text)); ok {
			t.Errorf("%q was read", text)
		}
	}
	for _, text := range []string{
		`{}`, `[]`, `{"a":[1,-2.5e+3,true,false,null,"x"]}`, `[[[[[[[[]]]]]]]]`,
	} {
		if _, ok := parseJSON([]byte(text)); !ok {
			t.Errorf("%q was not read", text)
		}
	}
}

func FuzzVerify(f *testing.F) {
	file, keys := readVectors(f)
	for _, vector := range file.Cases {
		f.Add(vector.Token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		_, err := Verify(token, keys, file.Issuer, "", Times{Now: file.Now, Leeway: file.Leeway})
		if payload, ok := Payload(token); ok {
			ReadHolding(payload)
		}
		_ = err
	})
}

// BenchmarkSignature is what cannot be had for less.
func BenchmarkSignature(b *testing.B) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	message := make([]byte, 700)
	signature := ed25519.Sign(private, message)
	for range make([]struct{}, b.N) {
		if !ed25519.Verify(public, message, signature) {
			b.Fatal("it is not signed")
		}
	}
}

func BenchmarkVerifyDepth0(b *testing.B) { benchmarkVerify(b, 0) }
func BenchmarkVerifyDepth3(b *testing.B) { benchmarkVerify(b, 3) }

func benchmarkVerify(b *testing.B, depth int) {
	file, keys := readVectors(b)
	token := file.Cases[depth].Token
	for range make([]struct{}, b.N) {
		if _, err := Verify(token, keys, file.Issuer, "", Times{Now: file.Now}); err != nil {
			b.Fatal(err)
		}
	}
}
