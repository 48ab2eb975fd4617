import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The file that an output takes the place of, behind any links to it, or one line that says why none can: a directory, a device or a
 * pipe is never replaced, and there is a folder for a new one.
 */
export function outputPlace(path: string): Readonly<{ file: string }> | Readonly<{ says: string }> {
  if (path === '') return { says: 'an output has a name' };
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined)
      return found.isFile()
        ? { file: realpathSync(path) }
        : { says: `${path} is ${found.isDirectory() ? 'a directory' : 'no file'}` };
    const folder = dirname(path);
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
      ? { file: path }
      : { says: `${path} cannot be written: ENOENT` };
  } catch (fault) {
    return { says: notWritten(path, fault) };
  }
}

/** One line about a fault of the file system; another fault is thrown on. */
export function notWritten(path: string, fault: unknown): string {
  if (fault instanceof Error && 'code' in fault && typeof fault.code === 'string')
    return `${path} cannot be written: ${fault.code}`;
  throw fault;
}
