// The methods of the contract that this package calls.

import * as messages from '../../generated/messages.js';

function service(name, methods) {
    const entries = methods.map(([method, request, response]) => [
        method[0].toLowerCase() + method.slice(1),
        Object.freeze({ service: `mayfly.v1.${name}`, name: method, request, response }),
    ]);
    return Object.freeze(Object.fromEntries(entries));
}

export const Agents = service('Agents', [
    ['Spawn', messages.SpawnRequest, messages.SpawnResponse],
    ['SpawnBatch', messages.SpawnBatchRequest, messages.SpawnBatchResponse],
    ['Challenge', messages.ChallengeRequest, messages.ChallengeResponse],
    ['Register', messages.RegisterRequest, messages.RegisterResponse],
    ['Describe', messages.DescribeRequest, messages.DescribeResponse],
    ['Validate', messages.ValidateRequest, messages.ValidateResponse],
    ['ValidateBatch', messages.ValidateBatchRequest, messages.ValidateBatchResponse],
    ['Renew', messages.RenewRequest, messages.RenewResponse],
    ['Delegate', messages.DelegateRequest, messages.DelegateResponse],
    ['Heartbeat', messages.HeartbeatRequest, messages.HeartbeatResponse],
    ['Release', messages.ReleaseRequest, messages.ReleaseResponse],
    ['ReleaseBatch', messages.ReleaseBatchRequest, messages.ReleaseBatchResponse],
]);

export const Apps = service('Apps', [
    ['Authenticate', messages.AuthenticateRequest, messages.AuthenticateResponse],
    ['CreateLaunchToken', messages.CreateLaunchTokenRequest, messages.CreateLaunchTokenResponse],
    ['ListGrants', messages.AppsListGrantsRequest, messages.AppsListGrantsResponse],
]);

export const Trust = service('Trust', [
    ['GetKeys', messages.GetKeysRequest, messages.GetKeysResponse],
    ['WatchRevocations', messages.WatchRevocationsRequest, messages.WatchRevocationsResponse],
]);

export const Operator = service('Operator', [
    ['CreateApp', messages.CreateAppRequest, messages.CreateAppResponse],
    ['RemoveApp', messages.RemoveAppRequest, messages.RemoveAppResponse],
    ['Revoke', messages.RevokeRequest, messages.RevokeResponse],
    ['Status', messages.StatusRequest, messages.StatusResponse],
]);
