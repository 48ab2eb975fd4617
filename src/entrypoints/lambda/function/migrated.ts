import type { OpenStorage } from '../../../composition/open-storage.ts';

/** What a migration applied; nothing when all was current. */
export type Migrated = Readonly<{ applied: readonly string[] }>;

/** Throws when the storage does not answer, so that an invocation by hand fails. */
export async function migrated({ migrate }: Pick<OpenStorage, 'migrate'>): Promise<Migrated> {
  const applied = await migrate();
  if (applied.isErr()) throw new Error('the storage does not answer', { cause: applied.error.cause });
  return { applied: applied.value };
}
