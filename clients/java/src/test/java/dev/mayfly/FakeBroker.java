package dev.mayfly;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.mayfly.internal.generated.ttrpc.Ttrpc;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A broker of a few lines that says what a test wants. */
final class FakeBroker implements AutoCloseable {
    /** A request as it came. */
    record Request(int stream, String method, ByteString payload) {}

    /** What to do with a request: on which connection it came, counted from 1. */
    interface Behaviour {
        void answer(SocketChannel connection, Request request, int count) throws IOException;
    }

    private static final int HEADER_SIZE = 10;

    private final Path folder;
    private final Path path;
    private final ServerSocketChannel server;
    private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();

    FakeBroker(Behaviour behaviour) throws IOException {
        folder = Files.createTempDirectory("mayfly-java");
        path = folder.resolve("agent.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        background(() -> accept(behaviour));
    }

    Path path() {
        return path;
    }

    MayflyClient client() {
        return MayflyClient.builder().socketPath(path).build();
    }

    static void reply(SocketChannel connection, int stream, MessageLite message)
            throws IOException {
        var response = Ttrpc.Response.newBuilder().setPayload(message.toByteString()).build();
        write(connection, stream, Frame.RESPONSE, 0, response.toByteArray());
    }

    static void write(SocketChannel connection, int stream, int type, int flags, byte[] data)
            throws IOException {
        ByteBuffer bytes = new Frame(stream, (byte) type, (byte) flags, data).encoded();
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void background(Work work) {
        var thread =
                new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (IOException | RuntimeException ended) {
                                // The other side has gone, or the test is over.
                            }
                        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(Behaviour behaviour) throws IOException {
        for (int count = 1; ; count++) {
            SocketChannel connection = server.accept();
            connections.add(connection);
            int number = count;
            background(() -> serve(connection, behaviour, number));
        }
    }

    private static void serve(SocketChannel connection, Behaviour behaviour, int count)
            throws IOException {
        while (true) {
            ByteBuffer header = fill(connection, HEADER_SIZE);
            int length = header.getInt();
            int stream = header.getInt();
            var envelope = Ttrpc.Request.parseFrom(fill(connection, length).array());
            behaviour.answer(
                    connection,
                    new Request(stream, envelope.getMethod(), envelope.getPayload()),
                    count);
        }
    }

    private static ByteBuffer fill(SocketChannel connection, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (connection.read(buffer) < 0) {
                throw new IOException("over");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel connection : connections) {
            connection.close();
        }
        Files.deleteIfExists(path);
        Files.delete(folder);
    }
}
