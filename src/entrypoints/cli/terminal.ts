import { pino } from 'pino';
import type { Environment } from './read-variables.ts';

/** What a command sees of the process it runs in. */
export type Terminal = Readonly<{
  env: Environment;
  out(text: string): void;
  err(text: string): void;
  /** Standard output is a person's screen, and no file, pipe or log. */
  interactive: boolean;
  /** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. */
  untilStopped: Promise<void>;
}>;

/** Where log lines go, so that standard output stays for people; each is written before the call returns. */
export const standardError = () => pino.destination({ fd: 2, sync: true });
