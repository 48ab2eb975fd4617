import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { pageShell } from '../support/page-shell.ts';
import { deploySteps } from './deploy-guide.ts';
import { emulatedAssembly } from './emulated-assembly.ts';

const ROOT = join(import.meta.dirname, '../..');
const PASSWORD = 'Correct-Horse-9-Battery';

describe('docs/deploy.md', () => {
  it('says of each step with commands how it is known to work', () => {
    expect(deploySteps().filter(({ mark }) => !['R', 'E', 'T', 'A'].includes(mark ?? ''))).toEqual([]);
  });
});

describe.runIf(hasEmulator('ministack'))('docs/deploy.md, followed line by line on MiniStack', () => {
  let folder: string;
  let shell: ReturnType<typeof pageShell>;
  const rest = deploySteps().filter(({ mark }) => mark === 'E');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'paywright-deploy-'));
    const emulator = await emulatorUrl('ministack');
    const assembly = await emulatedAssembly(folder, emulator);
    shell = pageShell({
      folder,
      emulator,
      npx: `shift
case $1 in
deploy) set -- "$@" --require-approval never --method direct ;;
destroy) set -- "$@" --force ;;
esac
exec ${join(ROOT, 'node_modules/.bin/cdk')} "$@" --app ${assembly} --no-notices`,
      environment: {
        CI: '1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CDK_DEFAULT_REGION: 'eu-central-1',
        CDK_DEFAULT_ACCOUNT: '000000000000',
      },
      variables: ['POOL', 'CLIENT', 'URL', 'ADMIN', 'TOKEN'],
    });
  }, 900_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** The next step of the document, which has to have this title. */
  async function follow(title: string, edit: (commands: string) => string = (text) => text): Promise<string> {
    const step = rest.shift();
    expect(step?.title).toBe(title);
    return shell(edit((step?.commands ?? []).join('\n')));
  }

  /** MiniStack itself would make a temporary password that the pool refuses. */
  const withPassword = (commands: string): string =>
    commands.replace('--user-attributes', `--temporary-password ${PASSWORD} --user-attributes`);

  /** Signs in as the person does once the password is the person's own, and keeps the access token. */
  const signIn = (variable: string, person: string) =>
    shell(`aws cognito-idp admin-set-user-password --user-pool-id "$POOL" --username ${person} --password ${PASSWORD} --permanent
${variable}=$(aws cognito-idp admin-initiate-auth --user-pool-id "$POOL" --client-id "$CLIENT" --auth-flow ADMIN_USER_PASSWORD_AUTH \\
  --auth-parameters USERNAME=${person},PASSWORD=${PASSWORD} --query AuthenticationResult.AccessToken --output text)`);

  it('makes a deployment of an empty account, takes a payment at its API, and leaves nothing', async () => {
    await follow('3. The account, once');
    await follow('4. The data stack');
    // Safe to repeat, as the document says: an emulator on a busy machine does not answer at times.
    await expect
      .poll(() => shell(commandsOf('5.')), { timeout: 120_000, interval: 100 })
      .toContain('"applied"');
    expect(await follow('5. Migrations of the platform')).toContain('"applied": []');
    await follow('6. The services');
    await follow('7. A person and a token', withPassword);
    await signIn('ADMIN', 'ada@example.com');
    await shell(withPassword(memberOf('merchant-123')));
    await signIn('TOKEN', 'bob@example.com');
    const [merchant, payment] = objectsOf(await follow('8. A payment'));
    expect(merchant).toEqual(expect.objectContaining({ id: 'merchant-123', status: 'active' }));
    const paid = { merchant_id: 'merchant-123', status: 'succeeded', amount: 1299 };
    expect(payment).toEqual(expect.objectContaining(paid));
    const [read] = objectsOf(
      await shell(`curl -s "$URL/payments/${String(payment?.['id'])}" -H "Authorization: Bearer $TOKEN"`),
    );
    expect(read).toEqual(expect.objectContaining({ ...payment }));
    expect(await shell('curl -s -o /dev/null -w "%{http_code}" "$URL/payments/x"')).toBe('401');
    await follow('Back');
    expect(rest).toEqual([]);
    const left = await shell(
      `aws cloudformation list-stacks --query "StackSummaries[?StackStatus!='DELETE_COMPLETE'].StackName"`,
    );
    expect((JSON.parse(left) as readonly string[]).filter((name) => name.startsWith('paywright-'))).toEqual(
      [],
    );
  }, 900_000);
});

const commandsOf = (step: string): string =>
  (deploySteps().find(({ title }) => title.startsWith(step))?.commands ?? []).join('\n');

/** The document's command for a person, for one of the merchant's staff. */
const memberOf = (merchant: string): string =>
  commandsOf('7.')
    .replaceAll('ada@', 'bob@')
    .replace('Value=admin', `Value=payments Name=custom:merchant_id,Value=${merchant}`);

/** What stands on the output, one object after the other. */
const objectsOf = (output: string): readonly Readonly<Record<string, unknown>>[] =>
  output
    .replaceAll('}{', '}\n{')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
