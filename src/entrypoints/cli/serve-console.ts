import { fileURLToPath } from 'node:url';
import { present } from '../../domain/kernel/present.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Leases } from '../../ports/leases.ts';
import { type ConsoleParts, consoleApp } from '../http/console/console-app.ts';
import { consoleFiles } from '../http/console/console-files.ts';
import { consoleSessions } from '../http/console/console-sessions.ts';
import { oneTimeCodes } from '../http/console/one-time-codes.ts';
import { providerLogin } from '../http/console/provider-login.ts';
import type { Config } from './config.ts';

/** Where `npm run console` puts what it builds. */
const BUILT = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

/** The console before the API, whose paths go on to it, and the codes of links that log in. */
export function serveConsole(
  {
    loginProvider,
    ...parts
  }: Omit<ConsoleParts, 'sessions' | 'codes' | 'files' | 'provider'> & Pick<Config, 'loginProvider'>,
  ports: Readonly<{ leases: Leases; clock: Clock }>,
) {
  const codes = oneTimeCodes(ports.clock);
  const console = consoleApp({
    ...parts,
    sessions: consoleSessions(ports),
    codes,
    ...present({ files: consoleFiles(BUILT), provider: loginProvider && providerLogin(loginProvider) }),
  });
  const fetch: typeof parts.api.fetch = (request, env) =>
    (isOfConsole(new URL(request.url).pathname) ? console : parts.api).fetch(request, env);
  return { app: { fetch }, codes };
}

const isOfConsole = (path: string): boolean => path === '/console' || path.startsWith('/console/');
