package dev.mayfly;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mayfly.internal.generated.google.rpc.ErrorDetails.ErrorInfo;
import dev.mayfly.internal.generated.google.rpc.StatusOuterClass.Status;
import java.util.List;
import java.util.Map;

/** A refusal on the wire: google.rpc.Status with a google.rpc.ErrorInfo of the domain "mayfly". */
final class Statuses {
    /** google.rpc.Code, by number. */
    private static final List<String> CODES =
            List.of(
                    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",
                    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
                    "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL",
                    "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED");

    private static final String ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo";

    private Statuses() {}

    /** What a status says; a detail of another kind or domain is passed over. */
    static RefusedException refusal(Status status) throws InvalidProtocolBufferException {
        String reason = "";
        Map<String, String> metadata = Map.of();
        for (Any detail : status.getDetailsList()) {
            if (!detail.getTypeUrl().equals(ERROR_INFO)) {
                continue;
            }
            ErrorInfo info = ErrorInfo.parseFrom(detail.getValue());
            if (info.getDomain().equals("mayfly")) {
                reason = info.getReason();
                metadata = info.getMetadataMap();
            }
        }
        int code = status.getCode();
        String name = code >= 0 && code < CODES.size() ? CODES.get(code) : "UNKNOWN";
        return new RefusedException(name, reason, status.getMessage(), metadata);
    }
}
