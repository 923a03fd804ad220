export { BrokerKeys } from './src/broker-keys.js';
export { verifyChain } from './src/verification/chain.js';
export { VerificationError } from './src/verification/refusal.js';
