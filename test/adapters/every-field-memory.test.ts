import { beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { type MemoryStore, memoryStore } from '../../src/adapters/memory/store.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { digests } from '../fixtures/changes.ts';
import { AFTERWARDS, everythingStored } from '../support/everything-stored.ts';
import { otherText, otherValue } from '../support/tampering/approvals.ts';
import { copyOf, refill } from '../support/tampering/memory.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One value where it is kept: `put` puts another in its place, or none, `copy` another beside it under another key. */
type Kept = Readonly<{ row: string; value: unknown; put(next?: unknown): void; copy(): void }>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Every value of a map, of a list, or of the maps and lists in a map. */
function* keptIn(part: unknown, name: string): Generator<Kept> {
  if (part instanceof Map) {
    const map = part as Map<string, unknown>;
    for (const [key, value] of map)
      if (value instanceof Map || Array.isArray(value)) yield* keptIn(value, name);
      else
        yield {
          row: rowOf(name, value),
          value,
          put: (next) => void (next === undefined ? map.delete(key) : map.set(key, next)),
          copy: () => void map.set(otherText(key), value),
        };
  } else if (Array.isArray(part)) {
    const list = part as unknown[];
    for (const [index, value] of [...list].entries())
      yield {
        row: rowOf(name, value),
        value,
        put: (next) => void list.splice(index, 1, ...(next === undefined ? [] : [next])),
        copy: () => void list.push(isFields(value) ? { ...value, id: otherValue(value['id']) } : value),
      };
  }
}

function rowOf(name: string, value: unknown): string {
  if (name !== 'claims' || !isFields(value)) return name;
  const hasEffect = value['paymentId'] !== undefined || value['transferId'] !== undefined;
  return hasEffect ? name : `${name} without effect`;
}

/** What tells kinds of one row apart; each kind is deleted and copied. */
const kindOf = (value: unknown): string => {
  if (!isFields(value)) return '';
  const inner = isFields(value['aggregate']) ? value['aggregate'] : value;
  return ['kind', 'type', 'operation', 'entityType', 'status'].map((name) => String(inner[name])).join();
};

type Edit = Readonly<{ title: string; apply(): void }>;

/** Each field of each row to another value and to none, in the first value that has it; each kind deleted and copied. */
function editsOf(store: MemoryStore): readonly Edit[] {
  const edits: Edit[] = [];
  for (const [name, part] of Object.entries(store)) {
    for (const [row, values] of Map.groupBy(keptIn(part, name), (kept) => kept.row)) {
      const fields = new Map<string, readonly [Kept, Fields]>();
      for (const kept of values)
        if (isFields(kept.value))
          for (const field of Object.keys(kept.value)) fields.set(field, [kept, kept.value]);
      for (const [field, [{ put }, value]] of fields) {
        const { [field]: held, ...rest } = value;
        edits.push({
          title: `${row}.${field} changed`,
          apply: () => put({ ...value, [field]: otherValue(held) }),
        });
        edits.push({ title: `${row}.${field} removed`, apply: () => put(rest) });
      }
      const [first] = values;
      if (first !== undefined && !isFields(first.value))
        edits.push({ title: `${row} changed`, apply: () => first.put(otherValue(first.value)) });
      for (const [kept] of Map.groupBy(values, ({ value }) => kindOf(value)).values())
        if (kept !== undefined)
          edits.push(
            { title: `${row} deleted`, apply: () => kept.put() },
            { title: `${row} copied`, apply: kept.copy },
          );
    }
  }
  return edits;
}

describe('every field of every map in memory', () => {
  const store = memoryStore();
  const verified = () =>
    verify({ ...memoryStorage(store), clock: { now: () => AFTERWARDS }, digests })(() => {});
  beforeAll(() => everythingStored(memoryStorage(store)));

  it('holds values in every part, in which nothing is wrong', async () => {
    (await verified())._unsafeUnwrap();
    const empty = Object.entries(store).filter(([name, part]) => keptIn(part, name).next().done === true);
    // What was written is kept of objects, and not by a key.
    expect(empty.map(([name]) => name)).toEqual(['written']);
  });

  it('finds every field changed or gone and every kind of value deleted or copied', async () => {
    const before = Object.fromEntries(
      Object.entries(store).map(([name, part]) => [name, copyOf(part)]),
    ) as MemoryStore;
    const missed = new Set<string>();
    // The parts are new ones whenever they were put back.
    for (let n = 0; ; n += 1) {
      const edit = editsOf(store)[n];
      if (edit === undefined) break;
      const { title } = edit;
      edit.apply();
      const found = await verified();
      if (found.isOk()) missed.add(title);
      else expect({ title, kind: found.error.kind }).toEqual({ title, kind: 'BadRow' });
      refill(store, before);
    }
    (await verified())._unsafeUnwrap();
    expect([...missed]).toEqual([]);
  });
});
