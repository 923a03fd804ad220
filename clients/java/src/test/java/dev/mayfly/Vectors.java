package dev.mayfly;

import dev.mayfly.internal.token.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The files of proto/vectors. The tests run in clients/java. */
public final class Vectors {
    private static final Path FOLDER = Path.of("..", "..", "proto", "vectors");

    private Vectors() {}

    /** A file's object. */
    public static Map<String, Object> read(String name) throws IOException {
        Object json = StrictJson.readLoosely(Files.readString(FOLDER.resolve(name)));
        if (json == null) {
            throw new IOException(name + " is not JSON");
        }
        return object(json);
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    /** A list of objects. */
    public static List<Map<String, Object>> objects(Object json) {
        return ((List<?>) json).stream().map(Vectors::object).toList();
    }
}
