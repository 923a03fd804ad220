// The types of this package. What each thing does is said where it is made: src/.

/// <reference types="node" />

import type { KeyObject } from 'node:crypto';

export interface Times {
    /** 10,000. */
    callTimeoutMilliseconds?: number;
    /** 5,000. */
    connectTimeoutMilliseconds?: number;
    /** 0: how long to wait for a broker that is not there. */
    brokerWaitMilliseconds?: number;
}

export interface ClientOptions extends Times {
    socketPath?: string;
    /** Proven by this process's uid. */
    app?: string;
    /** Instead of `app`. */
    credentials?: { clientId: string; clientSecret: string };
    /** Of spawns that name none. */
    orchestration?: string;
    onReleaseFailed?: (agent: Agent, error: Error) => void;
}

export interface AgentRequest {
    orchestration?: string;
    task: string;
    /** 1 to 32 scopes `action:resource:identifier`. */
    scope: string[];
    audience?: string[];
    lifetimeSeconds?: number;
    /** From now, that no renewal passes. */
    renewableForSeconds?: number;
    maximumUses?: number;
    byReference?: boolean;
    binding?: 'none' | 'process' | 'connection';
    pid?: number;
    key?: KeyPair;
}

export interface DelegationTerms {
    /** The delegate's SPIFFE ID. */
    to: string;
    scope: string[];
    audience?: string[];
    lifetimeSeconds?: number;
    maximumUses?: number;
    byReference?: boolean;
}

export interface RenewOptions {
    scope?: string[];
    lifetimeSeconds?: number;
    /** 16 bytes. */
    renewalId?: Uint8Array;
}

export interface ValidateOptions {
    requiredScope?: string[];
    requiredAudience?: string;
    consumeUse?: boolean;
    omitClaims?: boolean;
}

export interface Validation {
    valid: boolean;
    claims: Claims | null;
    expiresAt: Date | null;
    usesLeft: number | null;
}

/** What a token says: proto/PROTOCOL.md, "Tokens". */
export interface Claims {
    grant: string;
    jti: string;
    iss: string;
    sub: string;
    aud?: string[];
    exp: number;
    nbf: number;
    iat: number;
    scope: string[];
    task_id: string;
    orch_id: string;
    app_id: string;
    cnf: { jkt: string };
    binding: string;
    proof: string;
    online?: true;
    root?: string;
    delegation_chain?: string[];
    chain_hash?: string;
    [claim: string]: unknown;
}

export interface AgentDescription {
    agentId: string;
    publicKey: Buffer;
    grantId: string;
    expiresAt: Date;
    notAfter: Date;
    root: string;
}

export interface Grant {
    grantId: string;
    agentId: string;
    app: string;
    orchestration: string;
    task: string;
    scope: string[];
    audience: string[];
    issuedAt: Date;
    expiresAt: Date;
    notAfter: Date;
    parentGrantId: string | null;
    holderGrantId: string | null;
    depth: number;
    renewals: number;
    usesLeft: number | null;
    state: 'unspecified' | 'active' | 'idle' | 'completing';
    isFlagged: boolean;
    proof: string;
}

export interface TokenHolder {
    readonly token: string;
    readonly key: KeyPair;
}

export class Client {
    constructor(options?: ClientOptions);
    connect(): Promise<void>;
    close(): void;
    spawn(request: AgentRequest): Promise<Agent>;
    spawnBatch(requests: AgentRequest[], options: { attestationKey: KeyPair }): Promise<Agent[]>;
    withAgent<Result>(
        request: AgentRequest, work: (agent: Agent) => Promise<Result> | Result): Promise<Result>;
    register(
        request: AgentRequest,
        options: { launchToken: string; supersede?: boolean }): Promise<Agent>;
    adopt(issued: IssuedToken, key: KeyPair): Agent;
    describe(agentId: string): Promise<AgentDescription>;
    renew(holder: TokenHolder, options?: RenewOptions): Promise<IssuedToken>;
    delegate(delegator: TokenHolder, terms: DelegationTerms): Promise<IssuedToken>;
    heartbeat(token: string, state?: 'active' | 'idle' | 'completing'): Promise<Date>;
    validate(token: string, options?: ValidateOptions): Promise<Validation>;
    validateBatch(tokens: string[], options?: ValidateOptions): Promise<Validation[]>;
    release(token: string): Promise<boolean>;
    releaseGrant(grantId: string): Promise<boolean>;
    releaseBatch(tokens: string[]): Promise<boolean[]>;
    createLaunchToken(request: {
        ceiling: string[];
        lifetimeSeconds?: number;
        maximumAgentLifetimeSeconds?: number;
        label?: string;
    }): Promise<{ launchToken: string; expiresAt: Date }>;
    grants(filter?: {
        orchestration?: string;
        task?: string;
        pageSize?: number;
    }): AsyncGenerator<Grant, void>;
    keys(): Promise<BrokerKeys>;
    watchRevocations(options?: {
        afterPosition?: number;
        silenceLimitMilliseconds?: number;
    }): RevocationStream;
    followRevocations(options?: RetentionOptions): RevocationFollower;
}

export class IssuedToken {
    private constructor();
    readonly agentId: string;
    readonly grantId: string;
    readonly expiresAt: Date;
    get token(): string;
    get bearerHeader(): string;
}

export class Agent implements TokenHolder {
    private constructor();
    readonly id: string;
    readonly scope: string[];
    get client(): Client;
    get token(): string;
    get bearerHeader(): string;
    get grantId(): string;
    get expiresAt(): Date;
    get key(): KeyPair;
    renew(options?: RenewOptions): Promise<this>;
    delegate(terms: DelegationTerms): Promise<IssuedToken>;
    heartbeat(state?: 'active' | 'idle' | 'completing'): Promise<Date>;
    release(): Promise<boolean>;
}

/** Null where this process was not started as an agent. */
export function agentFromEnvironment(options?: Times): Agent | null;

export class KeyPair {
    constructor(privateKey: KeyObject);
    static generate(): KeyPair;
    static fromPem(pem: string): KeyPair;
    /** 32 bytes. */
    get publicKey(): Buffer;
    exportPem(): string;
    sign(message: Uint8Array): Buffer;
}

export class BrokerKeys {
    constructor(issuer: string, publicKeys: Iterable<Uint8Array>);
    static fromJson(text: string, options?: { issuer?: string }): BrokerKeys;
    readonly issuer: string;
    get keyIds(): string[];
}

export type RevocationLevel = 'token' | 'grant' | 'agent' | 'task' | 'chain';

export interface RevocationBatch {
    position: number;
    digests: Buffer[];
    firstIssueAt: Date;
    hasGap: boolean;
    isCurrent: boolean;
}

export class RevocationStream implements AsyncIterable<RevocationBatch> {
    private constructor();
    close(): void;
    [Symbol.asyncIterator](): AsyncGenerator<RevocationBatch, void>;
}

export interface RetentionOptions {
    /** 500,000 ends. */
    capacity?: number;
    /** 86,460. */
    retentionSeconds?: number;
}

export class RevocationSet {
    constructor(options?: RetentionOptions);
    readonly capacity: number;
    readonly retentionSeconds: number;
    get size(): number;
    insert(batch: Pick<RevocationBatch, 'digests' | 'firstIssueAt'>): boolean;
    has(level: RevocationLevel, target: string): boolean;
    clear(): void;
}

export function revocationDigest(level: RevocationLevel, target: string): Buffer;

export class RevocationFollower {
    private constructor();
    get ended(): RevocationSet;
    /** Infinity before it has caught up. */
    get staleSeconds(): number;
    caughtUp(options?: { timeoutMilliseconds?: number }): Promise<void>;
    close(): void;
}

export interface LineageLink {
    agentId: string;
    grantId: string;
    orchestration: string;
    task: string;
}

export class VerifiedToken {
    private constructor();
    readonly tokenId: string;
    readonly grantId: string;
    readonly issuer: string;
    readonly subject: string | null;
    readonly scope: string[];
    readonly audience: string[];
    readonly issuedAt: Date | null;
    readonly expiresAt: Date;
    readonly keyThumbprint: string | null;
    readonly lineage: LineageLink[];
    readonly isOnline: boolean;
    readonly keyId: string;
    get isReference(): boolean;
    claims(): Claims;
}

export function verifyChain(token: string, options: {
    keys: BrokerKeys;
    issuer?: string;
    audience?: string;
    nowSeconds?: number;
    leewaySeconds?: number;
}): VerifiedToken;

export interface Wanted {
    scope?: string[];
    audience?: string;
    consumeUse?: boolean;
}

export interface Verdict {
    valid: boolean;
    reason: string | null;
    message: string | null;
    token: VerifiedToken | null;
    claims: Claims | null;
}

export class Verifier {
    constructor(options: {
        keys: BrokerKeys;
        /** Null where it is known that what ended before its expiry may still be accepted. */
        revocations: RevocationFollower | null;
        broker?: Client;
        issuer?: string;
        audience?: string;
        /** 30. */
        leewaySeconds?: number;
        /** 30. */
        stalenessSeconds?: number;
        askAlways?: boolean;
        /** 4,096. */
        cacheCapacity?: number;
    });
    keys: BrokerKeys;
    verify(token: string, wanted?: Wanted): Promise<Verdict>;
    verifyOffline(token: string, wanted?: Wanted): Verdict;
}

/** Whether holding one scope is enough for another. */
export function scopeCovers(held: string, wanted: string): boolean;

export class OperatorClient {
    constructor(options?: Times & { socketPath?: string });
    close(): void;
    revoke(
        level: Exclude<RevocationLevel, 'grant'>, target: string,
        options?: { orchestration?: string; allowNew?: boolean },
    ): Promise<{ count: number; recordId: number }>;
    createApp(app: {
        name: string;
        ceiling: string[];
        uids?: number[];
        maximumLifetimeSeconds?: number;
        sharedUid?: boolean;
        attestationKeys?: Uint8Array[];
        issueSecret?: boolean;
    }): Promise<{ clientId: string; clientSecret: string }>;
    removeApp(name: string): Promise<number>;
    status(): Promise<{
        version: string;
        issuer: string;
        trustDomain: string;
        liveGrants: number;
        connections: number;
        isIssuingStopped: boolean;
        startedAt: Date;
    }>;
}

/** The base of every error of a call: `code` is stable. */
export class MayflyError extends Error {
    readonly code: string;
}

export class RefusedError extends MayflyError {
    readonly status: string;
    readonly reason: string;
    readonly metadata: Record<string, string>;
}

export class ConnectionError extends MayflyError {}
export class OutcomeUnknownError extends MayflyError {
    readonly cause: MayflyError;
}
export class TimeoutError extends MayflyError {}
export class ProtocolError extends MayflyError {}
export class InvalidRequestError extends MayflyError {}
export class ClosedError extends MayflyError {}

/** Of `verifyChain`. */
export class VerificationError extends Error {
    readonly code: string;
}
