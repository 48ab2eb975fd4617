import { join } from 'node:path';
import { build } from 'vite';
import { madeOnce, type OnceARun, startOnceARun } from './once-a-run.ts';

const CONFIG = join(import.meta.dirname, '../../console/vite.config.ts');

/** Builds the console from its source once for a run, when it is asked for: a server that starts meanwhile would find half of it. */
export const startConsoleBuilder = (): Promise<OnceARun> =>
  startOnceARun(async () => {
    const before = process.env['NODE_ENV'];
    // Of React, tests would otherwise get what is for development.
    process.env['NODE_ENV'] = 'production';
    try {
      await build({ configFile: CONFIG, logLevel: 'error' });
    } finally {
      if (before === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = before;
    }
    return 'built';
  });

export const builtConsole = (): Promise<string> => madeOnce(process.env['TEST_CONSOLE_URL'], 'console');
