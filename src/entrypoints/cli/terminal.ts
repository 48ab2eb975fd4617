import type { Environment } from './config.ts';

/** What a command sees of the process it runs in. */
export type Terminal = Readonly<{
  env: Environment;
  out(text: string): void;
  err(text: string): void;
  /** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. */
  untilStopped: Promise<void>;
}>;
