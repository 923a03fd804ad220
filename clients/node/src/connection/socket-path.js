// Where a broker's sockets are when nobody says.

import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/** For apps and agents: `MAYFLY_SOCKET`, else the user's own broker, else the system's. */
export function agentSocketPath() {
    return socketPath('MAYFLY_SOCKET', 'agent.sock');
}

/** For the operator: `MAYFLY_OPERATOR_SOCKET`, else as for agents. */
export function operatorSocketPath() {
    return socketPath('MAYFLY_OPERATOR_SOCKET', 'operator/operator.sock');
}

function socketPath(variable, tail) {
    if (process.env[variable]) return process.env[variable];
    const directory = process.env.XDG_RUNTIME_DIR ?? '';
    const path = `${directory}/mayfly/${tail}`;
    return isAbsolute(directory) && existsSync(path) ? path : `/run/mayfly/${tail}`;
}
