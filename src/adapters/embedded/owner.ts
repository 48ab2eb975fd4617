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

/** True while a process of this id runs, ours or not. One that has ended and that its parent has not waited for yet, or never will, is none. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** As Linux says it: the state follows the name in brackets, which may hold anything. Where there is no such file none is known. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.startsWith(') Z', stat.lastIndexOf(')'));
  } catch {
    return false;
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
