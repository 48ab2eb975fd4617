import { randomBytes } from 'node:crypto';
import type { KeysRotated, RotateKeysFailure, RotationProgress } from '../../application/keys/rotate-keys.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { keyRemedy } from './key-remedies.ts';
import { notOpened, openPlatform } from './open-platform.ts';
import { progressLine } from './progress-line.ts';
import type { Terminal } from './terminal.ts';

export type RotateOptions = Readonly<{ settle: number; json?: boolean }>;

/**
 * Rotates the keys that guard customers, and prints what that took. Stopped by a signal or by force, it is gone on with
 * by the next run.
 */
export async function rotateKeysCommand(
  config: Config,
  { settle, json = false }: RotateOptions,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  const opened = await openPlatform(config);
  if ('says' in opened) return notOpened(opened, err);
  const progress = progressLine(err);
  try {
    const rotation = opened.platform.get(TOKENS.useCases).rotateKeys({
      origin: ORIGIN,
      settleMs: settle * 1_000,
      onProgress: (soFar) => progress.show(progressText(soFar)),
    });
    const outcome = await Promise.race([rotation, untilStopped.then(() => 'stopped' as const)]);
    progress.end();
    if (outcome === 'stopped') {
      // What is under way ends with the process, and is not awaited.
      rotation.then(
        () => undefined,
        () => undefined,
      );
      err('paywright: stopped; run it again to go on\n');
      return EXIT.failed;
    }
    return outcome.match(
      (rotated) => {
        out(json ? jsonOf(rotated) : textOf(rotated, settingOf(config)));
        return EXIT.ok;
      },
      (failure) => {
        const remedy = failure.kind === 'KeysUnavailable' ? keyRemedy(failure.cause) : undefined;
        err(`paywright: ${remedy ?? SAYS[failure.kind]}; run it again to go on\n`);
        return EXIT.failed;
      },
    );
  } finally {
    await opened.close();
  }
}

/** Prints a new key for `PAYWRIGHT_CUSTOMER_KEYS`. */
export function createKeyCommand({ json = false }: Readonly<{ json?: boolean }>, { out }: Terminal): void {
  const id = `k${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(32).toString('base64url');
  out(json ? `${JSON.stringify({ key: `${id}:${secret}` })}\n` : `${id}:${secret}\n`);
}

/** The command runs without a token, so the trail names the command. */
const ORIGIN: Origin = { actor: { id: 'paywright keys rotate', type: 'system' }, requestId: 'keys-rotate' };

const SAYS: Readonly<Record<RotateKeysFailure['kind'], string>> = {
  ChangedMeanwhile: 'a customer or a merchant was changed all the while',
  KeysUnavailable: 'a key is missing, or the keys cannot be read',
  StorageUnavailable: 'the storage does not answer',
};

const jsonOf = ({ seen, rewrapped, released, leftToPeople }: KeysRotated): string =>
  `${JSON.stringify({ seen, rewrapped, released, left_to_people: leftToPeople })}\n`;

/** Which setting holds a key that people keep. */
const settingOf =
  ({ platform: { keys }, secrets }: Config) =>
  (id: string): string => {
    if (keys.kind === 'kms' && keys.indexKeyIds.includes(id)) return 'KMS_INDEX_KEY_ID';
    const named = secrets.find(({ name }) => name === 'PAYWRIGHT_CUSTOMER_KEYS_ARN');
    return named === undefined ? 'PAYWRIGHT_CUSTOMER_KEYS' : `the secret of ${named.name}`;
  };

const textOf = (
  { seen, rewrapped, released, leftToPeople }: KeysRotated,
  settingNamed: (id: string) => string,
): string =>
  [
    `${rewrapped} of ${seen} customers and merchants came under the current key, ${released} let old indexes go\n`,
    ...leftToPeople.map((id) => `take ${id} out of ${settingNamed(id)} everywhere, then run it again\n`),
  ].join('');

const STEPS = {
  rewrap: 'bringing under the current key',
  settle: 'waiting for requests under way',
  release: 'letting old indexes go',
} as const;

const progressText = ({ step, seen, changed }: RotationProgress): string =>
  `${STEPS[step]}: ${changed} of ${seen}`;
