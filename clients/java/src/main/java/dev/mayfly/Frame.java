package dev.mayfly;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * A ttrpc frame: a header of ten bytes, big-endian (u32 length of the data, u32 stream, u8 type, u8
 * flags), and the data.
 *
 * @param stream unsigned
 */
record Frame(int stream, byte type, byte flags, byte[] data) {
    static final byte REQUEST = 1;
    static final byte RESPONSE = 2;
    static final byte DATA = 3;

    /** Of a request whose answer is a stream, and of the last frame of a stream. */
    static final byte REMOTE_CLOSED = 1;

    /** Beside REMOTE_CLOSED: the frame carries no message. */
    static final byte NO_DATA = 4;

    /** The longest data that a broker sends, in bytes. */
    static final int MAXIMUM_RECEIVED = 4 * 1024 * 1024;

    /** The longest data that a broker takes before Authenticate, and after, in bytes. */
    static final int MAXIMUM_SENT_UNNAMED = 64 * 1024;

    static final int MAXIMUM_SENT = 1024 * 1024;

    private static final int HEADER_SIZE = 10;

    /** In one buffer, to be sent. */
    ByteBuffer encoded() {
        return ByteBuffer.allocate(HEADER_SIZE + data.length)
                .putInt(data.length)
                .putInt(stream)
                .put(type)
                .put(flags)
                .put(data)
                .flip();
    }

    /**
     * Reads a broker's frame. A header's fault shows before its data is there.
     *
     * @return null at the end of the channel, between frames
     * @throws ProtocolException where the header is not one that a broker sends
     */
    static Frame read(ReadableByteChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_SIZE);
        if (!fill(header, channel)) {
            return null;
        }
        header.flip();
        int length = header.getInt();
        int stream = header.getInt();
        byte type = header.get();
        byte flags = header.get();
        check(length, stream, type, flags);
        ByteBuffer data = ByteBuffer.allocate(length);
        if (!fill(data, channel)) {
            throw new EOFException("it ended inside a frame");
        }
        return new Frame(stream, type, flags, data.array());
    }

    /** False at an end before the first byte. */
    private static boolean fill(ByteBuffer buffer, ReadableByteChannel channel)
            throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                if (buffer.position() == 0) {
                    return false;
                }
                throw new EOFException("it ended inside a frame");
            }
        }
        return true;
    }

    private static void check(int length, int stream, byte type, byte flags) {
        if (Integer.compareUnsigned(length, MAXIMUM_RECEIVED) > 0) {
            throw new ProtocolException(
                    "a frame of " + Integer.toUnsignedString(length) + " bytes is over 4 MiB");
        }
        if (type != RESPONSE && type != DATA) {
            throw new ProtocolException("a frame of type " + type + " is not expected here");
        }
        if (stream % 2 == 0) {
            throw new ProtocolException(
                    "stream " + Integer.toUnsignedString(stream) + " is no call of a client");
        }
        boolean isLast = type == DATA && flags == REMOTE_CLOSED;
        boolean isEnd = type == DATA && flags == (REMOTE_CLOSED | NO_DATA) && length == 0;
        if (flags != 0 && !isLast && !isEnd) {
            throw new ProtocolException("a frame has the flags " + flags);
        }
    }
}
