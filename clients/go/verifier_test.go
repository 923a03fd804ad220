package mayfly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// chainVectors are tokens of proto/vectors/chains.json, by the names of their cases.
type chainVectors struct {
	keys   BrokerKeys
	now    time.Time
	tokens map[string]string
}

func readChainVectors(t testing.TB) chainVectors {
	t.Helper()
	text, err := os.ReadFile("../../proto/vectors/chains.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Issuer string
		Now    int64
		Keys   []struct{ X string }
		Cases  []struct{ Name, Token string }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var jwks []string
	for _, key := range file.Keys {
		jwks = append(jwks, `{"kty":"OKP","crv":"Ed25519","use":"sig","x":"`+key.X+`"}`)
	}
	keys, err := ParseBrokerKeys([]byte(`{"keys":[`+strings.Join(jwks, ",")+`]}`), file.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	vectors := chainVectors{keys: keys, now: time.Unix(file.Now, 0), tokens: map[string]string{}}
	for _, vector := range file.Cases {
		vectors.tokens[vector.Name] = vector.Token
	}
	return vectors
}

// caughtUpFollower is one that heard of everything, without a broker.
func caughtUpFollower(options FollowOptions) *RevocationFollower {
	follower := &RevocationFollower{
		ended: NewRevocationSet(options.Capacity, options.Retention), caughtUp: make(chan struct{}),
	}
	follower.heard()
	return follower
}

func (vectors chainVectors) verifier(options VerifierOptions) *Verifier {
	options.Keys = vectors.keys
	verifier := NewVerifier(options)
	verifier.now = func() time.Time { return vectors.now }
	return verifier
}

func TestATokenIsAcceptedUntilSomethingItHangsOnEnds(t *testing.T) {
	vectors := readChainVectors(t)
	token := vectors.tokens["a chain of depth 3"]
	verified, err := VerifyChain(token, ChainOptions{Keys: vectors.keys, Now: vectors.now})
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string]RevocationDigest{
		"its jti":   NewRevocationDigest(LevelToken, verified.TokenID),
		"its chain": NewRevocationDigest(LevelChain, verified.Lineage[0].GrantID),
	}
	for index, link := range verified.Lineage {
		ends[fmt.Sprint("grant ", index)] = NewRevocationDigest(LevelGrant, link.GrantID)
		ends[fmt.Sprint("agent ", index)] = NewRevocationDigest(LevelAgent, link.AgentID)
		ends[fmt.Sprint("task ", index)] = NewRevocationDigest(LevelTask, link.Task)
		ends[fmt.Sprint("the orchestration's task ", index)] =
			NewRevocationDigest(LevelTask, link.Orchestration+"/"+link.Task)
	}
	if len(ends) != 2+4*4 {
		t.Fatalf("%d ends", len(ends))
	}
	for name, end := range ends {
		follower := caughtUpFollower(FollowOptions{})
		verifier := vectors.verifier(VerifierOptions{Revocations: follower})
		for range "again" {
			if _, err := verifier.VerifyOffline(token, Want{}); err != nil {
				t.Fatalf("before %s: %v", name, err)
			}
		}
		follower.ended.Insert(RevocationBatch{
			Digests: []RevocationDigest{NewRevocationDigest(LevelToken, "another"), end},
		})
		for range "again" {
			if _, err := verifier.VerifyOffline(token, Want{}); Code(err) != revoked {
				t.Errorf("after %s: %v", name, err)
			}
		}
	}
}

func TestATokenOfAnEarlierBootIsDead(t *testing.T) {
	vectors := readChainVectors(t)
	follower := caughtUpFollower(FollowOptions{})
	verifier := vectors.verifier(VerifierOptions{Revocations: follower})
	token := vectors.tokens["a chain of depth 0"]
	if _, err := verifier.VerifyOffline(token, Want{}); err != nil {
		t.Fatal(err)
	}
	follower.ended.Insert(RevocationBatch{FirstIssueAt: vectors.now.Add(time.Second)})
	if _, err := verifier.VerifyOffline(token, Want{}); Code(err) != revoked {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsAcceptedWithoutAskingWhereEndsMayHaveBeenMissed(t *testing.T) {
	vectors := readChainVectors(t)
	token := vectors.tokens["a chain of depth 0"]
	behind := caughtUpFollower(FollowOptions{})
	behind.knownUntil = time.Now().Add(-31 * time.Second)
	never := caughtUpFollower(FollowOptions{})
	never.forget()
	short := caughtUpFollower(FollowOptions{Retention: time.Second})
	for name, test := range map[string]struct {
		options VerifierOptions
		code    string
	}{
		"without revocations":    {VerifierOptions{}, revocationsStale},
		"that do not matter":     {VerifierOptions{IgnoreRevocations: true}, ""},
		"silent for 31 s":        {VerifierOptions{Revocations: behind}, revocationsStale},
		"which is allowed":       {VerifierOptions{Revocations: behind, Staleness: time.Minute}, ""},
		"never caught up":        {VerifierOptions{Revocations: never}, revocationsStale},
		"forgets before it ends": {VerifierOptions{Revocations: short}, revocationsStale},
		"asks always": {
			VerifierOptions{Revocations: caughtUpFollower(FollowOptions{}), AskAlways: true},
			brokerRequired,
		},
	} {
		_, err := vectors.verifier(test.options).Verify(context.Background(), token, Want{})
		if Code(err) != test.code {
			t.Errorf("%s: got %v, want %s", name, err, test.code)
		}
	}
}

func TestATokenThatComesAgainIsStillJudged(t *testing.T) {
	vectors := readChainVectors(t)
	verifier := vectors.verifier(VerifierOptions{IgnoreRevocations: true})
	name := "depth 1, for an audience that it names"
	token := vectors.tokens[name]
	for _, test := range []struct {
		want  Want
		later time.Duration
		code  string
	}{
		{Want{}, 0, ""},
		{Want{Audience: "https://data.example"}, 0, ""},
		{Want{Audience: "https://other.example"}, 0, "AUDIENCE_MISMATCH"},
		{Want{Scope: []string{"delete:data:x"}}, 0, "SCOPE_VIOLATION"},
		{Want{Scope: []string{"read"}}, 0, "INVALID_REQUEST"},
		{Want{}, -time.Hour, "NOT_YET_VALID"},
		{Want{}, time.Hour, "EXPIRED"},
	} {
		verifier.now = func() time.Time { return vectors.now.Add(test.later) }
		if _, err := verifier.VerifyOffline(token, test.want); Code(err) != test.code {
			t.Errorf("%+v: got %v", test, err)
		}
	}
}

func TestOnlyTheWholeTokenIsFoundInTheCache(t *testing.T) {
	vectors := readChainVectors(t)
	verifier := vectors.verifier(VerifierOptions{IgnoreRevocations: true})
	token := vectors.tokens["a chain of depth 1"]
	if _, err := verifier.VerifyOffline(token, Want{}); err != nil {
		t.Fatal(err)
	}
	if verifier.cache.Load().get(token) == nil {
		t.Fatal("it is not remembered")
	}
	payload := strings.IndexByte(token, '.') + 10
	for _, changed := range []string{
		token[:payload] + "_" + token[payload+1:], "x" + token, token[1:], token[len(token)-86:], "",
	} {
		if _, err := verifier.VerifyOffline(changed, Want{}); err == nil {
			t.Errorf("%.20s... was accepted", changed)
		}
	}
	verifier.SetKeys(BrokerKeys{Issuer: vectors.keys.Issuer})
	if _, err := verifier.VerifyOffline(token, Want{}); Code(err) != "FOREIGN_HEADER" {
		t.Errorf("got %v", err)
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	cache := newTokenCache(10)
	name := func(number int) string { return fmt.Sprintf("%0100d", number) }
	for number := 0; number < 1_000; number++ {
		cache.add(&cachedToken{token: name(number)})
		// Whoever is asked for stays.
		if cache.get(name(0)) == nil {
			t.Fatal("the token in use is gone")
		}
	}
	if count := len(cache.young) + len(cache.old); count > 10 {
		t.Errorf("%d are remembered", count)
	}
	if cache.get(name(1)) != nil {
		t.Error("an old one is still there")
	}
}

func TestARevocationSetForgetsAfterItsRetentionAndHoldsNoMoreThanItsCapacity(t *testing.T) {
	set := NewRevocationSet(3, time.Hour)
	start := set.youngSince
	digest := func(number byte) []RevocationDigest { return []RevocationDigest{{number}} }
	insert := func(number byte, after time.Duration) bool {
		return set.insertAt(RevocationBatch{Digests: digest(number)}, start.Add(after))
	}
	if !insert(1, 0) || !insert(2, time.Hour) || !insert(3, time.Hour+time.Minute) {
		t.Fatal("there is room for three")
	}
	if insert(4, time.Hour+time.Minute) {
		t.Error("there is room for a fourth")
	}
	if !set.knows(digest(1)[0]) {
		t.Error("it was forgotten before its time")
	}
	if !insert(5, 2*time.Hour) || set.knows(digest(1)[0]) || !set.knows(digest(2)[0]) {
		t.Error("the first is forgotten after two retentions, the second is not")
	}
}

func TestManyGoroutinesVerifyWhileEndsCome(t *testing.T) {
	vectors := readChainVectors(t)
	follower := caughtUpFollower(FollowOptions{})
	verifier := vectors.verifier(VerifierOptions{Revocations: follower, CacheCapacity: 2})
	var group sync.WaitGroup
	for _, name := range []string{"a chain of depth 0", "a chain of depth 1", "a chain of depth 2"} {
		group.Add(1)
		go func(token string) {
			defer group.Done()
			for round := 0; round < 200; round++ {
				if _, err := verifier.VerifyOffline(token, Want{}); err != nil {
					t.Error(err)
				}
			}
		}(vectors.tokens[name])
	}
	for number := 0; number < 200; number++ {
		follower.ended.Insert(RevocationBatch{
			Digests: []RevocationDigest{NewRevocationDigest(LevelToken, fmt.Sprint(number))},
		})
	}
	group.Wait()
}

func TestKeysAreReadFromEitherForm(t *testing.T) {
	const key = "jUN7LqF1j-Cb6_2nWc6L5me38Z0m3czz8XUgqBdagCk"
	const kid = "et7Bfil_73lVgZvQxinwpGyeDCEqT1sKN2iqJ7Oyo8A"
	for _, text := range []string{
		`{"issuer":"mayfly","keys":[{"use":"token","public_key":"` + key + `"},
		  {"use":"checkpoint","public_key":"FMrg91p4pXpT6VgzYPsyLPAGHZ_sHD7h6YY0nHOTzog"}]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"` + key + `"},{"kty":"RSA","n":"x"}]}`,
	} {
		keys, err := ParseBrokerKeys([]byte(text), "mayfly")
		if err != nil || len(keys.KeyIDs()) != 1 || keys.KeyIDs()[0] != kid {
			t.Errorf("got %+v, %v", keys, err)
		}
	}
	for _, text := range []string{
		``, `{"keys":[]}`, `{"keys":[{"use":"token","public_key":"AA"}],"issuer":"x"}`,
	} {
		if _, err := ParseBrokerKeys([]byte(text), ""); !errors.Is(err, ErrInvalidRequest) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	issued := IssuedToken{AgentID: "spiffe://x", Token: "SECRET"}
	agent := New(Options{}).Adopt(issued, nil)
	for _, value := range []any{
		issued, agent, &Credentials{ClientID: "id", Secret: "SECRET"}, LaunchToken{Secret: "SECRET"},
		Credentials{Secret: "SECRET"},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if printed := fmt.Sprintf(verb, value); strings.Contains(printed, "SECRET") {
				t.Errorf("%s shows %s", verb, printed)
			}
		}
	}
}

func BenchmarkRepeatedToken(b *testing.B) {
	vectors := readChainVectors(b)
	verifier := vectors.verifier(VerifierOptions{Revocations: caughtUpFollower(FollowOptions{})})
	verifier.now = func() time.Time { return vectors.now }
	for _, depth := range []int{0, 3} {
		token := vectors.tokens[fmt.Sprintf("a chain of depth %d", depth)]
		want := Want{Scope: []string{"read:data:customer-12345"}}
		b.Run(fmt.Sprintf("depth-%d", depth), func(b *testing.B) {
			for round := 0; round < b.N; round++ {
				if _, err := verifier.VerifyOffline(token, want); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
