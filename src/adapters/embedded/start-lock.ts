import { DatabaseSync } from 'node:sqlite';

/**
 * Lets one process at a time start or stop the server of one directory: the others wait up to two minutes. The lock is
 * the operating system's own on `file`, taken through SQLite, so a holder that dies in whatever way lets go of it, and
 * a process id that has been given away again means nothing.
 */
export async function withStartLock<Outcome>(file: string, work: () => Promise<Outcome>): Promise<Outcome> {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    for (const deadline = performance.now() + 120_000; !take(lock); ) {
      if (performance.now() > deadline) throw new Error(`${file} is held by a process that does not finish`);
      await new Promise((wait) => setTimeout(wait, 25));
    }
    return await work();
  } finally {
    lock.close();
  }
}

const SQLITE_BUSY = 5;

function take(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (fault) {
    if ((fault as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw fault;
  }
}
