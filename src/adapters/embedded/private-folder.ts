import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';

/** What paywright keeps in its data directory, whatever a process that died left beside it: such a folder is ours to close. */
const OURS = /^(?:keys|objects|postgres|dynamodb(?:-start)?|simulator|payouts)(?:$|\.)/;

/**
 * Makes the folder of an installation's data, closed to every other user of the machine before anything is written
 * into it. One that is there already is closed if it is empty or holds data of ours; any other is left as it is.
 */
export function makePrivateFolder(path: string): void {
  if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) return;
  const { mode, uid } = statSync(path);
  const isOurs = uid === process.getuid?.() && readdirSync(path).every((name) => OURS.test(name));
  // The right of one group to pass through is the embedded server's own.
  if (isOurs && (mode & 0o067) !== 0) chmodSync(path, 0o700);
}
