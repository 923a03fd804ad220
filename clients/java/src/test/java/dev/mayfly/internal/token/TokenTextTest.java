package dev.mayfly.internal.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mayfly.AgentKey;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TokenTextTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @TestFactory
    Stream<DynamicTest> base64urlHasOneTextForSomeBytes() {
        return Map.of(
                        "", true, "AA", true, "AB", false, "AAA", true, "AAB", false, "AAAA", true,
                        "A", false, "AA==", false, "A+AA", false, "AA\n", false)
                .entrySet()
                .stream()
                .map(
                        entry ->
                                dynamicTest(
                                        "[" + entry.getKey() + "]",
                                        () ->
                                                assertEquals(
                                                        entry.getValue(),
                                                        Base64Url.decode(entry.getKey())
                                                                != null)));
    }

    @TestFactory
    Stream<DynamicTest> looseJsonIsNotStrict() {
        return Stream.of(
                        "", "{", "{\"a\":1,}", "{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1,\"b\":1}}",
                        "[1,]", "{ }", "[1] ", " [1]", "\"\\u0041\"", "\"a\nb\"", "01", "1.", ".5",
                        "+1", "nul", "[]]", "\"x", "[[[[[[[[[1]]]]]]]]]", "\ufeff{}")
                .map(
                        text ->
                                dynamicTest(
                                        "[" + text + "]",
                                        () -> assertNull(StrictJson.read(utf8(text)))));
    }

    @Test
    void bytesThatAreNoUtf8AreNotJson() {
        assertNull(StrictJson.read(new byte[] {'"', (byte) 0xff, '"'}));
    }

    @Test
    void looseJsonHasSpacesAndEscapes() {
        assertEquals(
                Map.of("a\n\"", List.of("\u00e9\\", Boolean.TRUE)),
                StrictJson.readLoosely(" { \"a\\n\\\"\" : [ \"\\u00e9\\\\\" ,\ttrue ] }\n"));
        for (String text : List.of("\"\\x\"", "\"\\u12\"", "{\"a\" 1}", "[1 2]", "\"")) {
            assertNull(StrictJson.readLoosely(text), text);
        }
    }

    @Test
    void wholeNumbersAreExactUpTo64Bits() {
        assertEquals(0, JsonNumber.whole(StrictJson.read(utf8("0"))));
        assertEquals(-1L, JsonNumber.whole(StrictJson.read(utf8("18446744073709551615"))));
        for (String text : List.of("18446744073709551616", "-1", "1.0", "1e3", "\"1\"")) {
            assertNull(JsonNumber.whole(StrictJson.read(utf8(text))), text);
        }
    }

    private record Covering(String held, String wanted, boolean covers) {}

    @TestFactory
    Stream<DynamicTest> scopesCover() {
        return Stream.of(
                        new Covering("read:data:x", "read:data:x", true),
                        new Covering("read:data:*", "read:data:x", true),
                        new Covering("read:data:*", "read:data:*", true),
                        new Covering("read:data:*", "read:data:a:b", true),
                        new Covering("read:data:x", "read:data:*", false),
                        new Covering("read:data:*", "read:data2:x", false),
                        new Covering("read:data:a:*", "read:data:a:b", false),
                        new Covering("read:*:x", "read:data:x", false),
                        new Covering("read:data:x", "READ:data:x", false))
                .map(
                        covering ->
                                dynamicTest(
                                        covering.toString(),
                                        () ->
                                                assertEquals(
                                                        covering.covers,
                                                        Words.covers(
                                                                covering.held, covering.wanted))));
    }

    private record Word(Predicate<String> kind, String text, boolean isRight) {}

    private static Word agent(String behindTheScheme, boolean isRight) {
        return new Word(Words::isAgentId, "spiffe://" + behindTheScheme, isRight);
    }

    @TestFactory
    Stream<DynamicTest> wordsHaveTheirAlphabets() {
        return Stream.of(
                        new Word(Words::isScope, "read:data:a:b", true),
                        new Word(Words::isScope, "read:data", false),
                        new Word(Words::isScope, "read::x", false),
                        new Word(Words::isScope, "read:data:a,b", false),
                        new Word(Words::isScope, "read:data:a b", false),
                        new Word(Words::isScope, "read:data:" + "x".repeat(246), true),
                        new Word(Words::isScope, "read:data:" + "x".repeat(247), false),
                        new Word(Words::isScope, "read:data:x\n", false),
                        new Word(Words::isAudience, "https://data.example/", true),
                        new Word(Words::isAudience, "", false),
                        new Word(Words::isAudience, "a\"b", false),
                        new Word(Words::isAudience, "a\\b", false),
                        agent("m.local/agent/o/t/0123456789abcdef", true),
                        agent("m.local/agent/../t/0123456789abcdef", false),
                        agent("m.local/agent/o/./0123456789abcdef", false),
                        agent("M.local/agent/o/t/0123456789abcdef", false),
                        agent("m.local/agent/o/t/0123456789ABCDEF", false))
                .map(
                        word ->
                                dynamicTest(
                                        "[" + word.text + "]",
                                        () ->
                                                assertEquals(
                                                        word.isRight,
                                                        word.kind.test(word.text))));
    }

    @Test
    void aHopThatWasSignedIsReadAgain() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String key = Base64Url.encode(Ed25519.bytesOf(pair.getPublic()));
        String bytes = Base64Url.encode(new byte[32]);
        var content =
                new Hop.Content(
                        "mayfly,broker", bytes, 1, "spiffe://m/agent/o/t/0123456789abcdef", key,
                        "spiffe://m/agent/o/u/0123456789abcdef", bytes,
                        List.of("read:data:[a]", "read:data:b]"),
                        List.of("read:data:]", "read:data:b]"), List.of("[]", "]"), 3L, 1, -1,
                        "0".repeat(32), 1, bytes);
        Hop hop = Hop.parse(Hop.sign(content, pair.getPrivate()));
        assertEquals(content, hop.content());
        assertTrue(hop.isSigned());
    }

    @Test
    void aKeyIsReadFromItsText() {
        AgentKey key = AgentKey.generate();
        assertEquals(
                Base64Url.encode(key.publicKey()),
                Base64Url.encode(AgentKey.fromPem(key.toPem()).publicKey()));
    }
}
