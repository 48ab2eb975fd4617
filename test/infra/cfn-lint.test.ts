import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { cfnLint } from '../support/aws-emulators.ts';
import { production } from './synthesized.ts';

const run = promisify(execFile);

/** Rules about how a template is written by hand: CDK joins texts, and names dependencies that a reference has already. */
const OF_HANDWRITTEN_TEMPLATES = ['I1022', 'W3005'];

type Finding = Readonly<{ Rule: Readonly<{ Id: string }>; Message: string; Location: { Path: unknown } }>;

// The beginning of a run says so where the linter is missing (test/support/global-setup.ts).
it.runIf(cfnLint() !== undefined)(
  'Templates have no finding of cfn-lint, errors, warnings and advice alike',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'paywright-templates-'));
    try {
      const files = Object.entries(production().templates).map(([name, template]) => {
        const file = join(folder, `${name}.json`);
        writeFileSync(file, JSON.stringify(template.toJSON()));
        return file;
      });
      const { stdout } = await run(
        cfnLint() ?? '',
        ['--format', 'json', '--regions', 'eu-central-1', '--include-checks', 'I'].concat(
          '--ignore-checks',
          OF_HANDWRITTEN_TEMPLATES,
          '--template',
          files,
        ),
        { maxBuffer: 64 * 1_024 ** 2 },
      ).catch((failed: { stdout: string }) => failed);
      const findings = (JSON.parse(stdout) as readonly Finding[]).map(
        ({ Rule, Message, Location }) => `${Rule.Id} ${Message} ${JSON.stringify(Location.Path)}`,
      );
      expect(findings).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
