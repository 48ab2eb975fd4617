import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The user a server runs as when we are root. */
export type ServerUser = Readonly<{ uid: number; gid: number }>;

/** How to start a server: as whom, and by which command before its own. */
export type Login = Partial<ServerUser> & Readonly<{ prefix: readonly string[] }>;

/** PostgreSQL refuses to run as root. When we are root it runs as `postgres`, or else `nobody`; no user is made. */
export const serverUser = (): ServerUser | undefined =>
  process.getuid?.() === 0
    ? {
        uid: idOf('-u', 'postgres') ?? idOf('-u', 'nobody') ?? 65_534,
        gid: idOf('-g', 'postgres') ?? idOf('-g', 'nobody') ?? 65_534,
      }
    : undefined;

/**
 * Where one of `paths` lies in a folder closed to the user (as /root is), the server keeps, by `setpriv`, the one right
 * to pass through and read; what others own it can never write.
 */
export function loginAs(user: ServerUser | undefined, paths: readonly string[]): Login {
  if (user === undefined) return { prefix: [] };
  const { uid, gid } = user;
  if (paths.every((path) => isOpenTo(gid, path))) return { uid, gid, prefix: [] };
  const through = '+dac_read_search';
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
      // Nothing that the server starts can gain more.
      '--no-new-privs',
    ],
  };
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/** True when every folder on the way to `path` can be entered by anybody, or by the group. */
function isOpenTo(gid: number, path: string): boolean {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(folder) && !mayEnter(gid, statSync(folder))) return false;
  return true;
}

const mayEnter = (gid: number, folder: Readonly<{ mode: number; gid: number }>): boolean =>
  (folder.mode & (folder.gid === gid ? 0o010 : 0o001)) !== 0;
