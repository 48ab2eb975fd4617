import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** What the process that runs an embedded server leaves beside its data for the next one to find. */
export type ServerState = Readonly<{ ownerPid: number; serverPid: number; port: number }>;

/** The state file, or undefined when there is none that can be read. */
export function readServerState(file: string): ServerState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServerState;
  } catch {
    return undefined;
  }
}

export function writeServerState(file: string, state: ServerState): void {
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
}

export const removeServerState = (file: string): void => rmSync(file, { force: true });

/** True while a process of this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Asks the process to end and waits until it has; kills it when it has not within 10 s. */
export async function endProcess(pid: number, signal: NodeJS.Signals): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (let next = signal; isAlive(pid); next = performance.now() > deadline ? 'SIGKILL' : signal) {
    try {
      process.kill(pid, next);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
