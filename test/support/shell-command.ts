import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** What a command says in a shell whose Node is this one's and whose `WEBHOOK_SECRET` is given, and the code that it ends with. */
export const inShell = (command: string, secret: string): Promise<Readonly<{ code: number; said: string }>> =>
  new Promise((ended) => {
    const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    execFile('sh', ['-c', command], { env: { PATH, WEBHOOK_SECRET: secret } }, (error, stdout, stderr) =>
      ended({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });
