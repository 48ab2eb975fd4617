import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../bin/paywright');

/**
 * A PATH on which `npx paywright` is the program that npx finds in this folder, without npm's second of a core to find it each time. It
 * knows no other package. That npx finds it is what `test/readme.test.ts` shows.
 */
export function pathWithNpx(folder: string, path = process.env['PATH'] ?? ''): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const script = `#!/bin/sh\n[ "$1" = paywright ] && shift && exec '${PROGRAM}' "$@"\nexit 127\n`;
  writeFileSync(join(bin, 'npx'), script, { mode: 0o755 });
  return `${bin}:${path}`;
}
