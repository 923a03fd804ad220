package dev.mayfly;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.mayfly.internal.generated.mayfly.v1.Agents;
import java.util.List;

/** Requests of a body and the proof over it: made anew for each connection. */
final class ProvenMessages {
    private ProvenMessages() {}

    static MessageLite spawn(Session session, AgentRequest request) {
        long sequence = session.nextProofSequence();
        ByteString body =
                Agents.SpawnBody.newBuilder()
                        .setProofSeq(sequence)
                        .setAgent(request.message())
                        .build()
                        .toByteString();
        return Agents.SpawnRequest.newBuilder()
                .setBody(body)
                .setProof(proof(session, "spawn", sequence, body, request.key()))
                .build();
    }

    static MessageLite spawnBatch(
            Session session, List<AgentRequest> requests, AgentKey attestationKey) {
        long sequence = session.nextProofSequence();
        ByteString body =
                Agents.SpawnBatchBody.newBuilder()
                        .setProofSeq(sequence)
                        .addAllAgents(requests.stream().map(AgentRequest::message).toList())
                        .build()
                        .toByteString();
        return Agents.SpawnBatchRequest.newBuilder()
                .setBody(body)
                .setProof(proof(session, "spawn-batch", sequence, body, attestationKey))
                .setAttestationKey(ByteString.copyFrom(attestationKey.publicKey()))
                .build();
    }

    static MessageLite register(
            Session session, AgentRequest request, String launchToken, boolean supersede) {
        long sequence = session.nextProofSequence();
        ByteString body =
                Agents.RegisterBody.newBuilder()
                        .setProofSeq(sequence)
                        .setLaunchToken(launchToken)
                        .setAgent(request.message())
                        .setSupersede(supersede)
                        .build()
                        .toByteString();
        return Agents.RegisterRequest.newBuilder()
                .setBody(body)
                .setProof(proof(session, "register", sequence, body, request.key()))
                .build();
    }

    static MessageLite renew(Session session, String token, AgentKey key, Renewal renewal) {
        long sequence = session.nextProofSequence();
        ByteString body =
                Agents.RenewBody.newBuilder()
                        .setProofSeq(sequence)
                        .setToken(token)
                        .setRenewalId(ByteString.copyFrom(renewal.id()))
                        .addAllScope(renewal.scope() == null ? List.of() : renewal.scope())
                        .setTtlSeconds(Wire.seconds(renewal.lifetime()))
                        .build()
                        .toByteString();
        return Agents.RenewRequest.newBuilder()
                .setBody(body)
                .setProof(proof(session, "renew", sequence, body, key))
                .build();
    }

    private static ByteString proof(
            Session session, String purpose, long sequence, ByteString body, AgentKey key) {
        return ByteString.copyFrom(session.proof(purpose, sequence, body.toByteArray(), key));
    }
}
