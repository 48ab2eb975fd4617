import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whom to run as; `prefix` goes before the command. Empty when we are not root. */
export type Login = Readonly<{ uid?: number; gid?: number; prefix: readonly string[] }>;

/**
 * PostgreSQL refuses to run as root. When we are root it runs as `postgres`, or else `nobody`; no user is made. Where
 * one of `paths` lies in a folder closed to others (as /root is), it keeps the right to pass through by `setpriv`.
 */
export function unprivilegedLogin(paths: readonly string[]): Login {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const uid = idOf('-u', 'postgres') ?? idOf('-u', 'nobody') ?? 65_534;
  const gid = idOf('-g', 'postgres') ?? idOf('-g', 'nobody') ?? 65_534;
  if (paths.every(isOpenToOthers)) return { uid, gid, prefix: [] };
  const through = '+dac_override,+dac_read_search';
  return {
    uid,
    gid,
    prefix: [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      // Without this the kernel answers access(2), by which initdb looks for its files, as if there were no such right.
      '--securebits=+no_setuid_fixup',
      `--inh-caps=${through}`,
      `--ambient-caps=${through}`,
    ],
  };
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/** True when every folder on the way to `path` can be entered by anybody. */
function isOpenToOthers(path: string): boolean {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
  return true;
}
