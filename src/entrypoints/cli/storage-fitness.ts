import type { OpenStorage } from '../../composition/open-storage.ts';
import { storageRefusal } from '../../composition/storage-refusal.ts';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { riskText } from './risk-text.ts';

/** Why a service could not be opened, in words for the terminal; everything it had started is stopped again. */
export type NotReady = Readonly<{
  kind: 'NotReady';
  says: string;
  configuration: boolean;
  /** True where it answers, and what it has is not what a migration of any version leaves. */
  isUnsound?: true;
}>;

/** A storage of either service. */
export type OpenedStorage = Pick<OpenStorage, 'migrate' | 'risks'> &
  Readonly<{ storage: Readonly<{ health: StorageHealth }> }>;

/** What may be a risk is asked first: nothing is said to a storage that is not where it ought to be. */
export async function unfit(room: OpenedStorage): Promise<NotReady | undefined> {
  const risks = await room.risks();
  if (risks.isErr()) return silent(room);
  if (risks.value.length > 0) return notReady(risks.value.map(riskText).join('\npaywright: '), true);
  const health = await room.storage.health.check();
  if (health.isOk()) return undefined;
  switch (health.error.kind) {
    case 'SchemaOutdated': {
      const { found, needed } = health.error;
      return notReady(`the schema is ${found} and must be ${needed} or newer: run \`paywright migrate\``);
    }
    case 'SchemaDiverged':
      return notReady(
        `migration ${health.error.migration} was applied with other contents than this version's`,
      );
    case 'StorageUnavailable':
      return silent(room);
  }
}

export const silent = ({ storage }: OpenedStorage): NotReady =>
  notReady(`${storage.health.name} does not answer`);

/** What a storage threw on being opened, where that says how it is; undefined for a defect. */
export function refused(fault: unknown): NotReady | undefined {
  const refusal = storageRefusal(fault);
  if (refusal === undefined) return undefined;
  const { why, says } = refusal;
  return why === 'no_way_in'
    ? notReady(says)
    : { ...notReady(`the tables are not those of the migrations that are noted: ${says}`), isUnsound: true };
}

const notReady = (says: string, configuration = false): NotReady => ({
  kind: 'NotReady',
  says,
  configuration,
});
