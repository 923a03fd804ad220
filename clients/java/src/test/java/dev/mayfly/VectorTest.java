package dev.mayfly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.MessageLite;
import dev.mayfly.internal.generated.mayfly.v1.Agents;
import dev.mayfly.internal.generated.mayfly.v1.Trust;
import dev.mayfly.internal.generated.ttrpc.Ttrpc;
import dev.mayfly.internal.token.Base64Url;
import dev.mayfly.internal.token.Ed25519;
import dev.mayfly.internal.token.Holding;
import dev.mayfly.internal.token.Hop;
import dev.mayfly.internal.token.RootStatement;
import dev.mayfly.internal.token.Words;
import dev.mayfly.verify.RevocationDigest;
import dev.mayfly.verify.RevocationLevel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** frames.json, refusals.json and proofs.json of proto/vectors. */
class VectorTest {
    private static final HexFormat HEX = HexFormat.of();
    private final Map<String, Object> proofs = Vectors.read("proofs.json");

    VectorTest() throws IOException {}

    private static byte[] hex(Object text) {
        return HEX.parseHex((String) text);
    }

    private static String text(Map<String, Object> vector, String name) {
        return (String) vector.get(name);
    }

    private static Stream<DynamicTest> tests(Object cases, String name, Check check) {
        return Vectors.objects(cases).stream()
                .map(
                        vector ->
                                dynamicTest(
                                        String.valueOf(vector.get(name)),
                                        () -> check.run(vector)));
    }

    private interface Check {
        void run(Map<String, Object> vector) throws Exception;
    }

    private static Frame frame(Map<String, Object> vector) throws IOException {
        var input = new ByteArrayInputStream(hex(vector.get("frame")));
        return Frame.read(Channels.newChannel(input));
    }

    /** The default of a message of the contract, by its full name. */
    private static MessageLite message(String name) throws ReflectiveOperationException {
        String simple = name.substring("mayfly.v1.".length());
        for (String file : new String[] {"Agents", "Apps", "Operator", "Trust"}) {
            try {
                Class<?> type =
                        Class.forName(
                                "dev.mayfly.internal.generated.mayfly.v1." + file + "$" + simple);
                return (MessageLite) type.getMethod("getDefaultInstance").invoke(null);
            } catch (ClassNotFoundException inAnotherFile) {
                // The next one.
            }
        }
        throw new ClassNotFoundException(name);
    }

    /** Protobuf's own encoder: what is read is written again as it was. */
    @TestFactory
    Stream<DynamicTest> requests() throws IOException {
        return tests(
                Vectors.read("frames.json").get("requests"),
                "name",
                vector -> {
                    byte[] payload = hex(vector.get("payload"));
                    MessageLite request =
                            message(text(vector, "message")).getParserForType().parseFrom(payload);
                    assertArrayEquals(payload, request.toByteArray());
                    byte[] envelope =
                            Ttrpc.Request.newBuilder()
                                    .setService(text(vector, "service"))
                                    .setMethod(text(vector, "method"))
                                    .setPayload(request.toByteString())
                                    .build()
                                    .toByteArray();
                    int stream = ((Number) vector.get("stream")).intValue();
                    byte flags = ((Number) vector.get("flags")).byteValue();
                    var frame = new Frame(stream, Frame.REQUEST, flags, envelope).encoded();
                    assertEquals(vector.get("frame"), HEX.formatHex(frame.array()));
                });
    }

    @TestFactory
    Stream<DynamicTest> responses() throws IOException {
        return tests(
                Vectors.read("frames.json").get("responses"),
                "name",
                vector -> {
                    var response = Ttrpc.Response.parseFrom(frame(vector).data());
                    byte[] payload = response.getPayload().toByteArray();
                    assertEquals(vector.get("payload"), HEX.formatHex(payload));
                    MessageLite message =
                            message(text(vector, "message")).getParserForType().parseFrom(payload);
                    check(Vectors.object(vector.get("fields")), message);
                });
    }

    /** What programs of ours look at first in these messages. */
    private static void check(Map<String, Object> fields, MessageLite message) {
        if (message instanceof Agents.SpawnResponse spawned) {
            Map<String, Object> agent = Vectors.object(fields.get("agent"));
            assertEquals(agent.get("agent_id"), spawned.getAgent().getAgentId());
            assertEquals(agent.get("token"), spawned.getAgent().getToken());
        } else if (message instanceof Agents.ValidateResponse validated) {
            assertEquals(fields.getOrDefault("valid", false), validated.getValid());
            String claims = (String) fields.getOrDefault("claims", "");
            assertArrayEquals(
                    Base64.getDecoder().decode(claims), validated.getClaims().toByteArray());
        } else if (message instanceof Agents.ReleaseResponse released) {
            assertEquals(fields.getOrDefault("ended", false), released.getEnded());
        } else if (message instanceof Agents.ReleaseBatchResponse released) {
            assertEquals(fields.get("ended"), released.getEndedList());
        } else if (message instanceof Trust.GetKeysResponse keys) {
            assertEquals(fields.get("issuer"), keys.getIssuer());
        }
    }

    @TestFactory
    Stream<DynamicTest> streams() throws IOException {
        return tests(
                Vectors.read("frames.json").get("stream"),
                "name",
                vector -> {
                    Frame frame = frame(vector);
                    assertEquals(Frame.DATA, frame.type());
                    var message = Trust.WatchRevocationsResponse.parseFrom(frame.data());
                    Map<String, Object> fields = Vectors.object(vector.get("fields"));
                    long position = ((Number) fields.get("position")).longValue();
                    assertEquals(position, message.getPosition());
                    assertEquals(fields.getOrDefault("gap", false), message.getGap());
                    assertEquals(
                            fields.get("digests") instanceof List<?> list
                                    ? list.size()
                                    : 0,
                            message.getDigestsCount());
                });
    }

    @TestFactory
    Stream<DynamicTest> refusals() throws IOException {
        return tests(
                Vectors.read("refusals.json").get("cases"),
                "name",
                vector -> {
                    var status = Ttrpc.Response.parseFrom(frame(vector).data()).getStatus();
                    RefusedException error = Statuses.refusal(status);
                    Map<String, Object> wanted = Vectors.object(vector.get("expect"));
                    assertEquals(wanted.get("code_name"), error.status());
                    assertEquals(wanted.get("reason"), error.reason());
                    assertEquals(wanted.get("reason"), error.code());
                    assertEquals(wanted.get("message"), error.getMessage());
                    assertEquals(wanted.get("metadata"), error.metadata());
                });
    }

    /** PKCS #8 is these bytes around a seed (RFC 8410). */
    private static AgentKey key(Object seed) {
        String encoded =
                Base64.getEncoder()
                        .encodeToString(hex("302e020100300506032b657004220420" + seed));
        return AgentKey.fromPem(
                "-----BEGIN PRIVATE KEY-----\n" + encoded + "\n-----END PRIVATE KEY-----\n");
    }

    @TestFactory
    Stream<DynamicTest> keys() {
        return tests(
                proofs.get("keys"),
                "thumbprint",
                vector -> {
                    AgentKey key = AgentKey.fromPem(text(vector, "pem"));
                    assertArrayEquals(hex(vector.get("public_key")), key.publicKey());
                    assertEquals(vector.get("pem"), key.toPem());
                    String encoded =
                            Base64Url.encode(key.publicKey());
                    assertEquals(vector.get("thumbprint"), Ed25519.thumbprint(encoded));
                });
    }

    @TestFactory
    Stream<DynamicTest> proofs() {
        return tests(
                proofs.get("proofs"),
                "name",
                vector -> {
                    byte[] message =
                            Session.message(
                                    text(vector, "purpose"),
                                    Ed25519.sha256(text(vector, "issuer")),
                                    hex(vector.get("challenge")),
                                    ((Number) vector.get("proof_seq")).longValue(),
                                    hex(vector.get("body")));
                    assertEquals(vector.get("message"), HEX.formatHex(message));
                    assertEquals(
                            vector.get("proof"),
                            HEX.formatHex(key(vector.get("seed")).sign(message)));
                });
    }

    @TestFactory
    Stream<DynamicTest> hops() {
        return tests(
                proofs.get("hops"),
                "name",
                vector -> {
                    Hop.Content content = content(Vectors.object(vector.get("members")));
                    String text = Hop.sign(content, key(vector.get("seed")).privateKey());
                    assertEquals(vector.get("hop"), text);
                    Hop hop = Hop.parse(text);
                    assertEquals(content, hop.content());
                    assertEquals(vector.get("sha256"), HEX.formatHex(hop.digest()));
                    assertEquals(vector.get("grant"), hop.grant());
                });
    }

    private static Hop.Content content(Map<String, Object> members) {
        Number uses = (Number) members.get("max_uses");
        return new Hop.Content(
                text(members, "iss"),
                text(members, "challenge"),
                number(members, "proof_seq"),
                text(members, "delegator"),
                text(members, "delegator_key"),
                text(members, "delegate"),
                text(members, "delegate_key"),
                Holding.texts(members.get("held")),
                Holding.texts(members.get("scope")),
                Holding.texts(members.get("aud")),
                uses == null ? null : uses.longValue(),
                number(members, "iat"),
                number(members, "exp"),
                text(members, "parent"),
                number(members, "depth"),
                text(members, "prev"));
    }

    private static long number(Map<String, Object> members, String name) {
        return ((Number) members.get(name)).longValue();
    }

    @Test
    void theRootStatementIsRead() {
        String root = text(proofs, "root");
        assertEquals(
                HEX.formatHex(Ed25519.sha256(root)),
                HEX.formatHex(RootStatement.parse(root).digest()));
    }

    @TestFactory
    Stream<DynamicTest> digests() {
        return tests(
                proofs.get("digests"),
                "target",
                vector -> {
                    var level =
                            RevocationLevel.valueOf(
                                    text(vector, "level").toUpperCase(Locale.ROOT));
                    assertEquals(
                            vector.get("digest"),
                            RevocationDigest.of(level, text(vector, "target")).toString());
                });
    }

    @TestFactory
    Stream<DynamicTest> scopes() {
        return tests(
                proofs.get("scopes"),
                "wanted",
                vector ->
                        assertEquals(
                                vector.get("covers"),
                                Words.covers(text(vector, "held"), text(vector, "wanted"))));
    }
}
