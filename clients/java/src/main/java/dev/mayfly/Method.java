package dev.mayfly;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.mayfly.internal.generated.mayfly.v1.Agents;
import dev.mayfly.internal.generated.mayfly.v1.Apps;
import dev.mayfly.internal.generated.mayfly.v1.Operator;
import dev.mayfly.internal.generated.mayfly.v1.Trust;

/** A method of the contract, and how its answer is read. */
record Method<Response extends MessageLite>(
        String service, String name, Parser<Response> responses) {

    static final Method<Agents.SpawnResponse> SPAWN =
            agents("Spawn", Agents.SpawnResponse.parser());
    static final Method<Agents.SpawnBatchResponse> SPAWN_BATCH =
            agents("SpawnBatch", Agents.SpawnBatchResponse.parser());
    static final Method<Agents.ChallengeResponse> CHALLENGE =
            agents("Challenge", Agents.ChallengeResponse.parser());
    static final Method<Agents.RegisterResponse> REGISTER =
            agents("Register", Agents.RegisterResponse.parser());
    static final Method<Agents.DescribeResponse> DESCRIBE =
            agents("Describe", Agents.DescribeResponse.parser());
    static final Method<Agents.ValidateResponse> VALIDATE =
            agents("Validate", Agents.ValidateResponse.parser());
    static final Method<Agents.ValidateBatchResponse> VALIDATE_BATCH =
            agents("ValidateBatch", Agents.ValidateBatchResponse.parser());
    static final Method<Agents.RenewResponse> RENEW =
            agents("Renew", Agents.RenewResponse.parser());
    static final Method<Agents.DelegateResponse> DELEGATE =
            agents("Delegate", Agents.DelegateResponse.parser());
    static final Method<Agents.HeartbeatResponse> HEARTBEAT =
            agents("Heartbeat", Agents.HeartbeatResponse.parser());
    static final Method<Agents.ReleaseResponse> RELEASE =
            agents("Release", Agents.ReleaseResponse.parser());
    static final Method<Agents.ReleaseBatchResponse> RELEASE_BATCH =
            agents("ReleaseBatch", Agents.ReleaseBatchResponse.parser());

    static final Method<Apps.AuthenticateResponse> AUTHENTICATE =
            apps("Authenticate", Apps.AuthenticateResponse.parser());
    static final Method<Apps.CreateLaunchTokenResponse> CREATE_LAUNCH_TOKEN =
            apps("CreateLaunchToken", Apps.CreateLaunchTokenResponse.parser());
    static final Method<Apps.AppsListGrantsResponse> LIST_GRANTS =
            apps("ListGrants", Apps.AppsListGrantsResponse.parser());

    static final Method<Trust.GetKeysResponse> GET_KEYS =
            trust("GetKeys", Trust.GetKeysResponse.parser());
    static final Method<Trust.WatchRevocationsResponse> WATCH_REVOCATIONS =
            trust("WatchRevocations", Trust.WatchRevocationsResponse.parser());

    static final Method<Operator.CreateAppResponse> CREATE_APP =
            operator("CreateApp", Operator.CreateAppResponse.parser());
    static final Method<Operator.RemoveAppResponse> REMOVE_APP =
            operator("RemoveApp", Operator.RemoveAppResponse.parser());
    static final Method<Operator.RevokeResponse> REVOKE =
            operator("Revoke", Operator.RevokeResponse.parser());
    static final Method<Operator.StatusResponse> STATUS =
            operator("Status", Operator.StatusResponse.parser());

    private static <R extends MessageLite> Method<R> agents(String name, Parser<R> responses) {
        return new Method<>("mayfly.v1.Agents", name, responses);
    }

    private static <R extends MessageLite> Method<R> apps(String name, Parser<R> responses) {
        return new Method<>("mayfly.v1.Apps", name, responses);
    }

    private static <R extends MessageLite> Method<R> trust(String name, Parser<R> responses) {
        return new Method<>("mayfly.v1.Trust", name, responses);
    }

    private static <R extends MessageLite> Method<R> operator(String name, Parser<R> responses) {
        return new Method<>("mayfly.v1.Operator", name, responses);
    }
}
