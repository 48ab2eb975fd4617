import { writeClaim } from '../../../src/adapters/memory/approvals/request-claims.ts';
import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import { type ApprovalsStore, approvalsStore } from '../../../src/adapters/memory/approvals/store.ts';
import { positionOf } from '../../../src/adapters/memory/store.ts';
import { type Mutation, otherValue, type TamperedApprovals } from './approvals.ts';

/** Approvals in memory. */
export function tamperedApprovalsMemory(): TamperedApprovals {
  const store = approvalsStore();
  const storage = memoryApprovalsStorage(store);
  return {
    storage,
    hand: {
      async writePayment(payment) {
        const position = positionOf(store.sorted, payment.id);
        store.sorted.splice(position, store.sorted[position]?.id === payment.id ? 1 : 0, payment);
        store.payments.set(payment.id, { payment, changeId: 'hand' });
      },
      async writeLinks(id, links) {
        store.auditOf.set(id, [...links]);
      },
      mutations: async () => mutationsOf(store),
    },
    close: () => storage.close(),
  };
}

function unsentOf({ outbox }: ApprovalsStore, id: string) {
  const unsent = outbox[positionOf(outbox, id)];
  if (unsent === undefined) throw new Error(`${id} does not wait`);
  return unsent;
}

type Parts = { -readonly [Name in keyof ApprovalsStore]: ApprovalsStore[Name] };

/** Every field of every kind of value, in the first value that has it. */
function mutationsOf(store: ApprovalsStore): readonly Mutation[] {
  const mutation = (title: string, change: () => void): Mutation => {
    let before: Parts;
    return {
      title,
      async apply() {
        before = copyOf(store);
        change();
      },
      async undo() {
        for (const name of Object.keys(before) as (keyof Parts)[]) refill(store[name], before[name]);
      },
    };
  };
  const fields = <Value extends object>(
    kind: string,
    values: readonly Value[],
    put: (old: Value, next: Value) => void,
  ): readonly Mutation[] =>
    [...new Map(values.flatMap((value) => Object.keys(value).map((name) => [name, value] as const)))].map(
      ([name, value]) =>
        mutation(`${kind}.${name} changed`, () =>
          put(value, { ...value, [name]: otherValue(value[name as keyof Value]) }),
        ),
    );
  const replace = <Value>(list: Value[], old: Value, ...next: readonly Value[]) =>
    void list.splice(list.indexOf(old), 1, ...next);
  const payments = store.sorted;
  const links = [...store.auditOf.values()];
  const [pending, other] = [payments[0] as (typeof payments)[0], payments[1] as (typeof payments)[0]];
  const entries = <Value>(map: Map<string, Value>, kind: string, copy: string): readonly Mutation[] => {
    const [key, value] = [...map][0] as [string, Value];
    return [
      mutation(`${kind} deleted`, () => void map.delete(key)),
      mutation(`${kind} inserted`, () => void map.set(copy, value)),
      mutation(`${kind} key changed`, () => {
        map.delete(key);
        map.set(copy, value);
      }),
    ];
  };
  return [
    ...fields('payment', payments, (old, next) => {
      replace(store.sorted, old, next);
      store.payments.set(old.id, { payment: next, changeId: '' });
    }),
    ...fields('payment copy', payments, (old, next) => replace(store.sorted, old, next)),
    mutation('payment deleted', () => {
      store.payments.delete(pending.id);
      replace(store.sorted, pending);
    }),
    mutation('payment inserted', () => {
      const copy = { ...pending, id: `${pending.id}0` as typeof pending.id };
      store.payments.set(copy.id, { payment: copy, changeId: '' });
      store.sorted.push(copy);
    }),
    mutation('payment.changeId changed', () => {
      store.payments.set(pending.id, { payment: pending, changeId: 'x' });
    }),
    ...entries(store.live, 'live', 'no incident'),
    mutation('live.holder changed', () => {
      store.live.set([...store.live.keys()][0] ?? '', other.id);
    }),
    mutation('approval deleted', () => void store.approvals.delete([...store.approvals][0] ?? '')),
    mutation('approval inserted', () => void store.approvals.add(`${pending.id} 1 ghost`)),
    mutation('approval of no payment inserted', () => void store.approvals.add('nothing 1 ghost')),
    ...fields('link', links.flat(), (old, next) => {
      for (const list of store.auditOf.values()) if (list.includes(old)) replace(list, old, next);
    }),
    mutation('link deleted', () => void store.auditOf.get(pending.id)?.pop()),
    mutation('link inserted', () => {
      const list = store.auditOf.get(pending.id) ?? [];
      const last = list.at(-1) as (typeof list)[0];
      list.push({ ...last, sequence: last.sequence + 1, previousHash: last.hash });
    }),
    mutation('link of no payment inserted', () => {
      store.auditOf.set('nothing', [...(links[0] ?? [])]);
    }),
    ...fields('refusal', [...store.refusalsOf.values()].flat(), (old, next) => {
      for (const list of store.refusalsOf.values()) if (list.includes(old)) replace(list, old, next);
    }),
    mutation('refusal deleted', () => void [...store.refusalsOf.values()][0]?.pop()),
    mutation('refusal inserted', () => {
      const [list = []] = store.refusalsOf.values();
      const last = list.at(-1) as (typeof list)[0];
      list.push({ ...last, sequence: last.sequence + 1, previousHash: last.hash });
    }),
    mutation('refusal of no payment inserted', () => {
      store.refusalsOf.set('nothing', []);
    }),
    mutation('all refusals deleted', () => {
      store.refusalsOf.clear();
      store.refusalHeads.clear();
    }),
    ...entries(store.refusalHeads, 'refusal head', 'nothing'),
    ...fields('refusal head', [...store.refusalHeads.values()], (old, next) => {
      for (const [id, head] of store.refusalHeads) if (head === old) store.refusalHeads.set(id, next);
    }),
    ...fields('event', store.outbox, (old, next) => replace(store.outbox, old, next)),
    ...fields(
      'unsent event',
      store.outbox.map(({ event }) => event),
      (old, next) =>
        store.outbox.splice(positionOf(store.outbox, old.id), 1, { ...unsentOf(store, old.id), event: next }),
    ),
    mutation('failed try deleted', () => {
      const failed = store.outbox.find(({ failure }) => failure !== undefined);
      if (failed === undefined) throw new Error('nothing was refused');
      replace(store.outbox, failed, { id: failed.id, event: failed.event });
    }),
    mutation('event deleted', () => void store.outbox.pop()),
    mutation('event inserted', () => {
      const [first] = store.outbox as [(typeof store.outbox)[0]];
      store.outbox.unshift({ ...first, event: { ...first.event, type: 'PaymentCompleted' } });
    }),
    ...fields('parked', [...store.parked.values()], (old, next) => store.parked.set(old.event.id, next)),
    ...entries(store.sentEvents, 'sent event', 'no event'),
    ...fields('sent event', [...store.sentEvents.values()], (old, next) => {
      for (const [key, event] of store.sentEvents) if (event === old) store.sentEvents.set(key, next);
    }),
    ...entries(store.claims, 'claim', 'no claim'),
    mutation('claim without effect deleted', () => {
      for (const key of store.claimTraces.keys()) store.claims.delete(key);
    }),
    ...entries(store.claimTraces, 'claim trace', 'no claim'),
    ...fields('claim trace', [...store.claimTraces.values()], (old, next) => {
      for (const [key, trace] of store.claimTraces) if (trace === old) store.claimTraces.set(key, next);
    }),
    mutation('claim held longer than its payout', () => {
      const [claim] = [...store.claims.values()].filter(({ heldUntil }) => heldUntil !== undefined);
      if (claim?.heldUntil === undefined) throw new Error('no payout holds its key');
      writeClaim(store, { ...claim, heldUntil: claim.heldUntil + 1 });
    }),
    mutation('claim of an answer that is in no log inserted', () => {
      const [claim] = [...store.claims.values()].filter(
        ({ operation, answer }) => operation === 'record' && answer,
      );
      if (claim?.answer === undefined) throw new Error('no event was answered again');
      writeClaim(store, { ...claim, key: 'forged', answer: { ...claim.answer, version: 99 } });
    }),
    ...fields('claim', [...store.claims.values()], (old, next) => {
      for (const [key, claim] of store.claims) if (claim === old) store.claims.set(key, next);
    }),
    mutation('event key deleted', () => store.eventKeys.clear()),
    mutation('event key inserted', () => void store.eventKeys.add('x')),
  ];
}

/** Maps, sets and lists copied, values shared: those never change. */
function copyOf<Part>(part: Part): Part {
  if (part instanceof Map) return new Map([...part].map(([key, value]) => [key, copyList(value)])) as Part;
  if (part instanceof Set) return new Set(part) as Part;
  if (Array.isArray(part)) return [...(part as unknown[])] as Part;
  return Object.fromEntries(
    Object.entries(part as object).map(([name, each]) => [name, copyOf(each)]),
  ) as Part;
}

const copyList = (value: unknown): unknown => (Array.isArray(value) ? [...(value as unknown[])] : value);

/** Makes a map, set or list hold what a copy of it holds. */
function refill(part: unknown, copy: unknown): void {
  if (part instanceof Map && copy instanceof Map) {
    part.clear();
    for (const [key, value] of copy) part.set(key, value);
  } else if (part instanceof Set && copy instanceof Set) {
    part.clear();
    for (const value of copy) part.add(value);
  } else if (Array.isArray(part) && Array.isArray(copy)) part.splice(0, part.length, ...(copy as unknown[]));
}
