import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A section of docs/deploy.md with commands: how it is known to work, and the commands, line by line. */
export type DeployStep = Readonly<{ title: string; mark?: string; commands: readonly string[] }>;

const GUIDE = join(import.meta.dirname, '../../docs/deploy.md');

/** Every section that has commands, in the document's order. */
export const deploySteps = (): readonly DeployStep[] =>
  readFileSync(GUIDE, 'utf8')
    .split(/^#{2,3} /m)
    .flatMap((section) => {
      const [heading = ''] = section.split('\n', 1);
      const [, title = heading, mark] = /^(.*?) \(([A-Z])\b.*\)$/.exec(heading) ?? [];
      const commands = [...section.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, text]) => text ?? '');
      if (commands.length === 0) return [];
      return [{ title, commands, ...(mark === undefined ? {} : { mark }) }];
    });
