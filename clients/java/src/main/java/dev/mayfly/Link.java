package dev.mayfly;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.mayfly.internal.generated.ttrpc.Ttrpc;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One connection to a broker, shared by any number of calls. The first failure ends the link and
 * every call on it.
 *
 * <p>Only two threads of its own touch the channel, one that reads and one that writes: an
 * interrupt of a caller's thread would close it for everybody.
 */
final class Link {
    /** How a call failed on its link. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        final transient MayflyException error;

        /** Whether the broker can have received the request. */
        final boolean wasSent;

        Failure(MayflyException error, boolean wasSent) {
            super(error.getMessage(), error, false, false);
            this.error = error;
            this.wasSent = wasSent;
        }
    }

    /**
     * Calls given up and not answered since: a broker that leaves so many has stopped answering.
     */
    private static final int MAXIMUM_ABANDONED = 4096;

    /** A call without an answer. */
    private static final class Call {
        final int stream;
        final ByteBuffer frame;
        final CompletableFuture<ByteString> answer = new CompletableFuture<>();

        /** What takes a stream's messages; null for a call with one answer. */
        final Consumer<byte[]> messages;

        boolean wasSent;

        Call(int stream, ByteBuffer frame, Consumer<byte[]> messages) {
            this.stream = stream;
            this.frame = frame;
            this.messages = messages;
        }
    }

    private final SocketChannel channel;
    private final Object lock = new Object();
    // All below under the lock.
    private final Map<Integer, Call> calls = new HashMap<>();
    private final Deque<Call> queue = new ArrayDeque<>();
    private final Set<Integer> abandoned = new HashSet<>();
    private int nextStream = 1;
    private MayflyException failure;

    private Link(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects to a Unix socket.
     *
     * @throws ConnectionException with the system's error as its cause
     */
    static Link open(Path path, Duration timeout) {
        SocketChannel channel;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        } catch (IOException cause) {
            throw unreachable(path, cause);
        }
        var link = new Link(channel);
        var connected = new CompletableFuture<Void>();
        // A broker whose queue is full lets a connection wait: that must not be the caller's
        // thread.
        link.start("mayfly-reader", () -> link.connectAndRead(path, connected));
        try {
            connected.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            link.close(cancelled());
            throw cancelled();
        } catch (TimeoutException late) {
            link.close(new ConnectionException("no connection in time"));
            throw unreachable(path, new IOException("no connection in time"));
        } catch (ExecutionException failed) {
            link.close(new ConnectionException("no connection"));
            throw unreachable(path, failed.getCause());
        }
        link.start("mayfly-writer", link::write);
        return link;
    }

    private static ConnectionException unreachable(Path path, Throwable cause) {
        return new ConnectionException(
                "no broker can be reached at " + path + ": " + cause.getMessage(), cause);
    }

    private static CancelledException cancelled() {
        Thread.currentThread().interrupt();
        return new CancelledException("the calling thread was interrupted");
    }

    private void start(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether another link is to be used for the next call. */
    boolean isOver() {
        synchronized (lock) {
            return failure != null;
        }
    }

    /** Ends the link; calls without an answer fail with an error. */
    void close(MayflyException error) {
        List<Call> left;
        synchronized (lock) {
            if (failure != null) {
                return;
            }
            failure = error;
            left = new ArrayList<>(calls.values());
            calls.clear();
            queue.clear();
            lock.notifyAll();
        }
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // There is nothing to be done about a socket that does not close.
        }
        for (Call call : left) {
            call.answer.completeExceptionally(new Failure(error, call.wasSent));
        }
    }

    // Calling

    /**
     * Makes a call and waits for its answer.
     *
     * @param limit on the data of the request's frame, in bytes
     * @throws Failure where there is none
     */
    <Response extends MessageLite> Response call(
            Method<Response> method, MessageLite request, int limit, Duration timeout)
            throws Failure {
        Call call = start(method, request, limit, timeout, (byte) 0, null);
        ByteString payload = await(call, timeout);
        try {
            return method.responses().parseFrom(payload);
        } catch (InvalidProtocolBufferException malformed) {
            ProtocolException violation = violation(malformed);
            close(violation);
            throw new Failure(violation, true);
        }
    }

    /**
     * Makes a call whose answer is a stream.
     *
     * @param messages takes each, on the link's thread: must be short, and may throw
     * @return completed with the stream's end: exceptionally with a Failure or a RefusedException
     */
    CompletableFuture<ByteString> stream(
            Method<?> method, MessageLite request, Duration timeout, Consumer<byte[]> messages)
            throws Failure {
        return start(
                        method, request, Frame.MAXIMUM_SENT_UNNAMED, timeout, Frame.REMOTE_CLOSED,
                        messages)
                .answer;
    }

    private Call start(
            Method<?> method,
            MessageLite request,
            int limit,
            Duration timeout,
            byte flags,
            Consumer<byte[]> messages)
            throws Failure {
        byte[] data =
                Ttrpc.Request.newBuilder()
                        .setService(method.service())
                        .setMethod(method.name())
                        .setPayload(request.toByteString())
                        .setTimeoutNano(timeout.toNanos())
                        .build()
                        .toByteArray();
        if (data.length > limit) {
            var tooLarge =
                    new InvalidRequestException(
                            "the request has " + data.length + " bytes, at most " + limit
                                    + " fit");
            throw new Failure(tooLarge, false);
        }
        synchronized (lock) {
            if (failure != null) {
                throw new Failure(failure, false);
            }
            int stream = nextStream;
            nextStream += 2;
            ByteBuffer frame = new Frame(stream, Frame.REQUEST, flags, data).encoded();
            Call call = new Call(stream, frame, messages);
            calls.put(stream, call);
            queue.add(call);
            lock.notifyAll();
            return call;
        }
    }

    private ByteString await(Call call, Duration timeout) throws Failure {
        try {
            return call.answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException ended) {
            if (ended.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            if (ended.getCause() instanceof Failure failure) {
                throw failure;
            }
            throw new IllegalStateException(ended.getCause());
        } catch (TimeoutException late) {
            boolean wasSent = abandon(call);
            throw new Failure(
                    new CallTimeoutException("the broker did not answer in time"), wasSent);
        } catch (InterruptedException interrupted) {
            boolean wasSent = abandon(call);
            throw new Failure(cancelled(), wasSent);
        }
    }

    /** Gives a call up: says whether the broker can have received it. */
    private boolean abandon(Call call) {
        boolean isOverrun;
        synchronized (lock) {
            queue.remove(call);
            // An answer that comes late is told from one that nobody asked for.
            if (calls.remove(call.stream) != null && call.wasSent) {
                abandoned.add(call.stream);
            }
            isOverrun = abandoned.size() > MAXIMUM_ABANDONED;
        }
        if (isOverrun) {
            close(new ConnectionException("the broker has stopped answering"));
        }
        return call.wasSent;
    }

    // The threads

    private void write() {
        try {
            while (true) {
                ByteBuffer frame = nextFrame();
                if (frame == null) {
                    return;
                }
                while (frame.hasRemaining()) {
                    channel.write(frame);
                }
            }
        } catch (IOException cause) {
            close(lost(cause));
        }
    }

    /** Null when the link is over. */
    private ByteBuffer nextFrame() {
        synchronized (lock) {
            while (queue.isEmpty() && failure == null) {
                try {
                    lock.wait();
                } catch (InterruptedException nobodyDoes) {
                    Thread.currentThread().interrupt();
                    return null;
                }
            }
            Call call = queue.poll();
            if (failure != null || call == null) {
                return null;
            }
            call.wasSent = true;
            return call.frame;
        }
    }

    private void connectAndRead(Path path, CompletableFuture<Void> connected) {
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            connected.complete(null);
        } catch (IOException | RuntimeException cause) {
            connected.completeExceptionally(cause);
            return;
        }
        try {
            while (true) {
                Frame frame = Frame.read(channel);
                if (frame == null) {
                    close(new ConnectionException("the connection was lost: the broker closed it"));
                    return;
                }
                if (frame.type() == Frame.RESPONSE) {
                    deliverAnswer(frame);
                } else {
                    deliverMessage(frame);
                }
            }
        } catch (InvalidProtocolBufferException malformed) {
            close(violation(malformed));
        } catch (IOException cause) {
            close(lost(cause));
        } catch (MayflyException error) {
            close(error);
        } catch (RuntimeException bug) {
            close(new ProtocolException("an answer could not be taken", bug));
        }
    }

    private void deliverAnswer(Frame frame) throws InvalidProtocolBufferException {
        Call call;
        synchronized (lock) {
            call = calls.get(frame.stream());
            if (call == null && abandoned.remove(frame.stream())) {
                return;
            }
        }
        if (call == null) {
            throw new ProtocolException(
                    "an answer came on stream "
                            + Integer.toUnsignedString(frame.stream())
                            + ", where no call waits");
        }
        // Read before the call is over, so that a violation fails this call as well.
        Ttrpc.Response response = Ttrpc.Response.parseFrom(frame.data());
        RefusedException refusal =
                response.hasStatus() && response.getStatus().getCode() != 0
                        ? Statuses.refusal(response.getStatus())
                        : null;
        synchronized (lock) {
            if (calls.remove(frame.stream()) == null) {
                // Given up in the meantime.
                abandoned.remove(frame.stream());
            }
        }
        if (refusal != null) {
            call.answer.completeExceptionally(refusal);
        } else {
            call.answer.complete(response.getPayload());
        }
    }

    private void deliverMessage(Frame frame) {
        Call call;
        boolean isLast = (frame.flags() & Frame.REMOTE_CLOSED) != 0;
        synchronized (lock) {
            call = calls.get(frame.stream());
        }
        if (call == null || call.messages == null) {
            throw new ProtocolException(
                    "a message came on stream "
                            + Integer.toUnsignedString(frame.stream())
                            + ", where no stream is open");
        }
        if ((frame.flags() & Frame.NO_DATA) == 0) {
            call.messages.accept(frame.data());
        }
        if (isLast) {
            synchronized (lock) {
                calls.remove(frame.stream());
            }
            call.answer.complete(ByteString.EMPTY);
        }
    }

    private static ConnectionException lost(IOException cause) {
        return new ConnectionException("the connection was lost: " + cause.getMessage(), cause);
    }

    private static ProtocolException violation(InvalidProtocolBufferException cause) {
        return new ProtocolException("the answer cannot be read: " + cause.getMessage(), cause);
    }
}
