import { readFile } from 'node:fs/promises';
import { ResultAsync } from 'neverthrow';
import type { ReadAccounts } from '../adapters/stripe/vendor-accounts.ts';
import { anyText } from './aws-on-demand.ts';
import type { SecretPlace } from './kept-secrets.ts';

/** Where the accounts of vendors are, one JSON object: a file, or a secret of Secrets Manager. */
export type VendorAccountsPlace =
  | Readonly<{ kind: 'file'; file: string }>
  | Readonly<SecretPlace & { kind: 'secret' }>;

/** Reads them anew each time. A secret that is asked for too often, or does not answer, is not one that is wrong. */
export function readAccountsAt(place: VendorAccountsPlace): ReadAccounts {
  if (place.kind === 'file')
    return ResultAsync.fromThrowable(
      () => readFile(place.file, 'utf8'),
      () => 'unreadable' as const,
    );
  const read = anyText(place);
  return () =>
    read().mapErr(({ reason }) =>
      reason === 'throttled' || reason === 'unavailable' ? 'away' : 'unreadable',
    );
}
