import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from './owner.ts';

/**
 * Lets one process at a time decide whether a server must be started: the others wait up to 30 s and then find it
 * running. A lock whose holder has died is broken.
 */
export async function withStartLock<Outcome>(file: string, start: () => Promise<Outcome>): Promise<Outcome> {
  for (const deadline = performance.now() + 30_000; !take(file); ) {
    if (performance.now() > deadline) throw new Error(`${file} is held by a process that does not finish`);
    await new Promise((wait) => setTimeout(wait, 25));
  }
  try {
    return await start();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Linked into place with the holder's id already in it, so that no reader ever finds the file empty. */
function take(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${process.pid}`);
  try {
    linkSync(own, file);
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    if (isAbandoned(file)) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function isAbandoned(file: string): boolean {
  try {
    return !isAlive(Number(readFileSync(file, 'utf8')));
  } catch {
    return false;
  }
}
