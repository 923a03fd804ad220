package dev.mayfly;

import com.google.protobuf.ByteString;
import dev.mayfly.internal.generated.mayfly.v1.Agents;
import java.time.Duration;
import java.util.List;

/**
 * What a new agent is to be. Immutable: each method gives another request.
 *
 * @param orchestration 1 to 128 bytes of {@code [A-Za-z0-9._-]}; null takes the client's
 * @param task the task id, of the same alphabet and length
 * @param scope 1 to 32 scopes {@code action:resource:identifier}
 * @param audience at most 8, for the token's {@code aud}
 * @param lifetime of the token, in whole seconds; null takes the app's default
 * @param renewableFor from now, that no renewal passes; null takes the first token's life
 * @param maximumUses of it and all that is delegated from it together; 0 sets no limit
 * @param byReference whether to issue a short token that only refers to its claims
 * @param binding what its life hangs on beyond its expiry
 * @param pid the process of a binding to one; else 0
 * @param key the agent's; null makes a fresh one
 */
public record AgentRequest(
        String orchestration,
        String task,
        List<String> scope,
        List<String> audience,
        Duration lifetime,
        Duration renewableFor,
        int maximumUses,
        boolean byReference,
        Binding binding,
        int pid,
        AgentKey key) {

    /** An agent for a task, with these scopes. */
    public static AgentRequest of(String task, String... scope) {
        return new AgentRequest(
                null, task, List.of(scope), List.of(), null, null, 0, false, Binding.NONE, 0,
                null);
    }

    /** Under this orchestration. */
    public AgentRequest withOrchestration(String orchestration) {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses,
                byReference, binding, pid, key);
    }

    /** For these audiences. */
    public AgentRequest withAudience(String... audience) {
        return new AgentRequest(
                orchestration, task, scope, List.of(audience), lifetime, renewableFor,
                maximumUses, byReference, binding, pid, key);
    }

    /** With a token that lives so long. */
    public AgentRequest withLifetime(Duration lifetime) {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses,
                byReference, binding, pid, key);
    }

    /** That can be renewed for so long, from now. */
    public AgentRequest withRenewableFor(Duration renewableFor) {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses,
                byReference, binding, pid, key);
    }

    /** That may be used so often, from 1. */
    public AgentRequest withMaximumUses(int maximumUses) {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses,
                byReference, binding, pid, key);
    }

    /** With a token that only refers to its claims. */
    public AgentRequest asReference() {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses, true,
                binding, pid, key);
    }

    /** That ends with this process. */
    public AgentRequest boundToProcess(long pid) {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses,
                byReference, Binding.PROCESS, Math.toIntExact(pid), key);
    }

    /** That ends with the client's connection. */
    public AgentRequest boundToConnection() {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses,
                byReference, Binding.CONNECTION, 0, key);
    }

    /** With this key. */
    public AgentRequest withKey(AgentKey key) {
        return new AgentRequest(
                orchestration, task, scope, audience, lifetime, renewableFor, maximumUses,
                byReference, binding, pid, key);
    }

    /** With nothing left open. */
    AgentRequest resolved(String defaultOrchestration) {
        if (maximumUses < 0) {
            throw new InvalidRequestException("a limit of uses is at least one");
        }
        String named = orchestration == null ? defaultOrchestration : orchestration;
        if (named == null) {
            throw new InvalidRequestException(
                    "name an orchestration, in the request or for the client");
        }
        return withOrchestration(named).withKey(key == null ? AgentKey.generate() : key);
    }

    /** Of a resolved request. */
    Agents.AgentSpec message() {
        return Agents.AgentSpec.newBuilder()
                .setOrchId(orchestration)
                .setTaskId(task)
                .addAllScope(scope)
                .addAllAudience(audience)
                .setPublicKey(ByteString.copyFrom(key.publicKey()))
                .setTtlSeconds(Wire.seconds(lifetime))
                .setLifetimeSeconds(Wire.seconds(renewableFor))
                .setBinding(wireBinding())
                .setPid(pid)
                .setMaxUses(maximumUses)
                .setByReference(byReference)
                .build();
    }

    private Agents.Binding wireBinding() {
        return switch (binding) {
            case NONE -> Agents.Binding.BINDING_UNSPECIFIED;
            case PROCESS -> Agents.Binding.BINDING_PROCESS;
            case CONNECTION -> Agents.Binding.BINDING_CONNECTION;
        };
    }
}
