export { Agent, IssuedToken } from './src/agent.js';
export { BrokerKeys } from './src/broker-keys.js';
export { Client } from './src/client.js';
export {
    ClosedError, ConnectionError, InvalidRequestError, MayflyError, OutcomeUnknownError,
    ProtocolError, RefusedError, TimeoutError,
} from './src/errors.js';
export { agentFromEnvironment } from './src/inherited.js';
export { KeyPair } from './src/keys.js';
export { OperatorClient } from './src/operator.js';
export { RevocationFollower } from './src/revocations/follower.js';
export { RevocationSet, revocationDigest } from './src/revocations/set.js';
export { RevocationStream } from './src/revocations/stream.js';
export { verifyChain } from './src/verification/chain.js';
export { VerificationError } from './src/verification/refusal.js';
export { VerifiedToken } from './src/verification/token.js';
export { Verifier } from './src/verification/verifier.js';
export { scopeCovers } from './src/verification/words.js';
