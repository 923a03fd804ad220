package dev.mayfly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.ByteString;
import dev.mayfly.internal.generated.mayfly.v1.Agents;
import dev.mayfly.internal.generated.mayfly.v1.Apps;
import dev.mayfly.internal.generated.mayfly.v1.Trust;
import dev.mayfly.verify.RevocationBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConnectionTest {
    private static final ValidationRequest PLAIN = ValidationRequest.plain().omittingClaims();
    private static final AgentRequest SPAWN = AgentRequest.of("t", "read:data:x");

    private static Agents.ValidateResponse valid(int seconds) {
        return Agents.ValidateResponse.newBuilder().setValid(true).setExpiresAt(seconds).build();
    }

    private static Apps.AuthenticateResponse authenticated() {
        return Apps.AuthenticateResponse.newBuilder()
                .setChallenge(ByteString.copyFrom(new byte[32]))
                .setIssuer("mayfly")
                .build();
    }

    private static MayflyClient.Builder app(FakeBroker broker) {
        return MayflyClient.builder().socketPath(broker.path()).app("testing").orchestration("o");
    }

    @Test
    void callsOfOneConnectionAreAnsweredInAnyOrder() throws Exception {
        List<FakeBroker.Request> waiting = Collections.synchronizedList(new ArrayList<>());
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> {
                                    waiting.add(request);
                                    if (waiting.size() == 3) {
                                        Collections.reverse(waiting);
                                        for (var one : waiting) {
                                            int length =
                                                    Agents.ValidateRequest.parseFrom(one.payload())
                                                            .getToken()
                                                            .length();
                                            FakeBroker.reply(
                                                    connection, one.stream(), valid(length));
                                        }
                                    }
                                });
                var client = broker.client()) {
            List<CompletableFuture<Long>> answers =
                    Stream.of("a", "ab", "abc")
                            .map(
                                    token ->
                                            CompletableFuture.supplyAsync(
                                                    () ->
                                                            client.validate(token, PLAIN)
                                                                    .expiresAt()
                                                                    .getEpochSecond(),
                                                    work -> new Thread(work).start()))
                            .toList();
            assertEquals(
                    List.of(1L, 2L, 3L), answers.stream().map(CompletableFuture::join).toList());
        }
    }

    @Test
    void aCallThatMayBeRepeatedIsRepeatedOnceOnANewConnection() throws Exception {
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> {
                                    if (count == 1) {
                                        connection.close();
                                    } else {
                                        FakeBroker.reply(connection, request.stream(), valid(1));
                                    }
                                });
                var client = broker.client()) {
            assertTrue(client.validate("a", PLAIN).isValid());
        }
    }

    @Test
    void aConnectionThatIsLostAgainIsAnError() throws Exception {
        try (var broker = new FakeBroker((connection, request, count) -> connection.close());
                var client = broker.client()) {
            assertThrows(ConnectionException.class, () -> client.validate("a"));
        }
    }

    @Test
    void aSpawnWhoseReplyIsLostHasAnUnknownOutcomeAndTheNextCallConnectsAgain() throws Exception {
        var authentications = new AtomicInteger();
        var spawned =
                Agents.SpawnResponse.newBuilder()
                        .setAgent(Agents.SpawnedAgent.newBuilder().setAgentId("spiffe://a"))
                        .build();
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> {
                                    if (request.method().equals("Authenticate")) {
                                        authentications.incrementAndGet();
                                        FakeBroker.reply(
                                                connection, request.stream(), authenticated());
                                    } else if (count == 1) {
                                        connection.close();
                                    } else {
                                        FakeBroker.reply(connection, request.stream(), spawned);
                                    }
                                });
                var client = app(broker).build()) {
            var unknown = assertThrows(OutcomeUnknownException.class, () -> client.spawn(SPAWN));
            assertInstanceOf(ConnectionException.class, unknown.getCause());
            assertEquals("spiffe://a", client.spawn(SPAWN).id());
            assertEquals(2, authentications.get());
        }
    }

    @Test
    void aStalledBrokerIsATimeoutAndOfASpawnAnUnknownOutcome() throws Exception {
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> {
                                    if (request.method().equals("Authenticate")) {
                                        FakeBroker.reply(
                                                connection, request.stream(), authenticated());
                                    }
                                });
                var client = app(broker).callTimeout(Duration.ofMillis(50)).build()) {
            assertThrows(CallTimeoutException.class, () -> client.validate("a"));
            var unknown = assertThrows(OutcomeUnknownException.class, () -> client.spawn(SPAWN));
            assertInstanceOf(CallTimeoutException.class, unknown.getCause());
        }
    }

    @Test
    void anAnswerThatComesTooLateIsPassedOver() throws Exception {
        List<Integer> streams = Collections.synchronizedList(new ArrayList<>());
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> {
                                    streams.add(request.stream());
                                    if (streams.size() == 2) {
                                        for (int stream : streams) {
                                            FakeBroker.reply(connection, stream, valid(stream));
                                        }
                                    }
                                });
                var client =
                        MayflyClient.builder()
                                .socketPath(broker.path())
                                .callTimeout(Duration.ofMillis(500))
                                .build()) {
            assertThrows(CallTimeoutException.class, () -> client.validate("a"));
            assertEquals(3, client.validate("b", PLAIN).expiresAt().getEpochSecond());
        }
    }

    @Test
    void anInterruptedCallerTakesTheConnectionFromNobody() throws Exception {
        var arrived = new CountDownLatch(1);
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> {
                                    if (request.stream() == 1) {
                                        arrived.countDown();
                                    } else {
                                        FakeBroker.reply(
                                                connection, request.stream(), valid(count));
                                    }
                                });
                var client = broker.client()) {
            var error = new AtomicReference<RuntimeException>();
            var thread =
                    new Thread(
                            () -> {
                                try {
                                    client.validate("a");
                                } catch (RuntimeException thrown) {
                                    error.set(thrown);
                                }
                            });
            thread.start();
            arrived.await();
            thread.interrupt();
            thread.join();
            assertInstanceOf(CancelledException.class, error.get());
            // On the first connection still.
            assertEquals(1, client.validate("b", PLAIN).expiresAt().getEpochSecond());
        }
    }

    @Test
    void anAnswerOnAnotherStreamEndsTheConnection() throws Exception {
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) ->
                                        FakeBroker.reply(connection, 77, valid(1)));
                var client = broker.client()) {
            assertThrows(ProtocolException.class, () -> client.validate("a"));
        }
    }

    @Test
    void aRequestThatFitsNoFrameIsNotSent() throws Exception {
        var requests = new AtomicInteger();
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> requests.incrementAndGet());
                var client = broker.client()) {
            assertThrows(
                    InvalidRequestException.class, () -> client.validate("x".repeat(70_000)));
            assertEquals(0, requests.get());
        }
    }

    @Test
    @SuppressWarnings("try") // To close it early is what is tried.
    void aClosedClientFailsWhatIsUnderWayAndWhatComes() throws Exception {
        var arrived = new CountDownLatch(1);
        try (var broker = new FakeBroker((connection, request, count) -> arrived.countDown());
                var client = broker.client()) {
            var call =
                    CompletableFuture.supplyAsync(
                            () ->
                                    assertThrows(
                                            ClosedException.class, () -> client.validate("a")));
            arrived.await();
            client.close();
            call.join();
            assertThrows(ClosedException.class, () -> client.validate("a"));
        }
    }

    @Test
    void noBrokerIsAConnectionError() {
        try (var client =
                MayflyClient.builder().socketPath(Path.of("/nonexistent/agent.sock")).build()) {
            var error = assertThrows(ConnectionException.class, () -> client.validate("a"));
            assertInstanceOf(IOException.class, error.getCause());
        }
    }

    @Test
    void aStreamGivesItsBatchesAndThrowsWhatItEndsWith() throws Exception {
        var message =
                Trust.WatchRevocationsResponse.newBuilder()
                        .setPosition(7)
                        .addDigests(ByteString.copyFrom(new byte[32]))
                        .setFirstIssueAt(5)
                        .build();
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) -> {
                                    FakeBroker.write(
                                            connection, request.stream(), Frame.DATA, 0,
                                            message.toByteArray());
                                    connection.close();
                                });
                var client = broker.client();
                var stream = client.watchRevocations(0)) {
            RevocationBatch batch = stream.next();
            assertEquals(7, batch.position());
            assertEquals(1, batch.digests().size());
            assertEquals(5, batch.firstIssueAt().getEpochSecond());
            assertThrows(ConnectionException.class, stream::next);
        }
    }

    @Test
    void aDigestOfAnotherLengthEndsTheStream() throws Exception {
        var message =
                Trust.WatchRevocationsResponse.newBuilder()
                        .addDigests(ByteString.copyFrom(new byte[31]))
                        .build();
        try (var broker =
                        new FakeBroker(
                                (connection, request, count) ->
                                        FakeBroker.write(
                                                connection, request.stream(), Frame.DATA, 0,
                                                message.toByteArray()));
                var client = broker.client();
                var stream = client.watchRevocations(0)) {
            assertThrows(ProtocolException.class, stream::next);
        }
    }

    private record Header(String name, int length, int stream, int type, int flags) {}

    @TestFactory
    Stream<DynamicTest> framesAreRefusedByTheirHeaders() {
        return Stream.of(
                        new Header("over 4 MiB", 4 * 1024 * 1024 + 1, 1, 2, 0),
                        new Header("of 4 GiB", -1, 1, 2, 0),
                        new Header("a request", 0, 1, 1, 0),
                        new Header("of no type", 0, 1, 9, 0),
                        new Header("on an even stream", 0, 2, 2, 0),
                        new Header("on stream zero", 0, 0, 2, 0),
                        new Header("with flags that a response has not", 0, 1, 2, 1),
                        new Header("without a message, with data", 3, 1, 3, 5))
                .map(
                        header ->
                                dynamicTest(
                                        header.name,
                                        () ->
                                                assertThrows(
                                                        ProtocolException.class,
                                                        () -> Frame.read(channel(header)))));
    }

    private static ReadableByteChannel channel(Header header) {
        byte[] bytes =
                ByteBuffer.allocate(10)
                        .putInt(header.length)
                        .putInt(header.stream)
                        .put((byte) header.type)
                        .put((byte) header.flags)
                        .array();
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }
}
