import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Sealed, WrappedKey } from '../../domain/kernel/sealed.ts';
import { type OpenEndpoint, signingSecrets } from '../../domain/webhooks/webhook-endpoint.ts';
import type { KeyOwner } from '../../ports/secret-keys.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';

/** Every secret of an endpoint is sealed under this one name, so that it stays readable when another takes its place. */
const FIELD = 'secret';

export const ownerOfSecrets = ({ merchantId, id }: Pick<OpenEndpoint, 'merchantId' | 'id'>): KeyOwner => ({
  merchantId,
  entityId: id,
});

export const sealSecret = (
  vault: Vault,
  owner: KeyOwner,
  key: WrappedKey,
  secret: string,
): ResultAsync<Sealed, KeysUnavailable> =>
  vault.seal(owner, key, { [FIELD]: secret }).map(({ [FIELD]: sealed = '' }) => sealed);

/** The secrets that sign now, in plain text, the newest first. */
export const openSecrets = (
  vault: Vault,
  endpoint: OpenEndpoint,
  now: Instant,
): ResultAsync<readonly string[], KeysUnavailable> =>
  safeTry(async function* () {
    const secrets: string[] = [];
    for (const sealed of signingSecrets(endpoint.secrets, now)) {
      const { [FIELD]: secret = '' } = yield* vault.open(ownerOfSecrets(endpoint), endpoint.dataKey, {
        [FIELD]: sealed,
      });
      secrets.push(secret);
    }
    return ok(secrets);
  });
