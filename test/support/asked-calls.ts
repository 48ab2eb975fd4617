import { SCHEMA_KEY } from '../../src/adapters/dynamodb/table.ts';
import { callsOf, leadingKey, type Named } from './aws-calls.ts';
import { type AwsProxy, awsProxy } from './aws-proxy.ts';

/** By function and by what it asked, such as `dynamodb:GetItem table`: the kinds of leading keys that it asked it of. */
export type AskedCalls = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** What functions ask of AWS, each over wires of its own. */
export function askedCalls(named: Named = new Map()) {
  const wires: AwsProxy[] = [];
  const asked = new Map<string, Map<string, Set<string>>>();

  return {
    /** Where `name` is to ask instead of at `target`. */
    async wire(name: string, target: string): Promise<string> {
      const mine = asked.get(name) ?? new Map<string, Set<string>>();
      asked.set(name, mine);
      const proxy = await awsProxy(target, (request) => {
        for (const { action, of, key } of callsOf(request, named)) {
          const keys = mine.get(`${action} ${of}`) ?? new Set<string>();
          mine.set(`${action} ${of}`, keys);
          if (key !== undefined) keys.add(leadingKey(key));
        }
      });
      wires.push(proxy);
      return proxy.url;
    },
    /** In an order that does not depend on the one in which they came. */
    all: (): AskedCalls => inOrder(asked, (calls) => inOrder(calls, (keys) => [...keys].toSorted())),
    close: () => Promise.all(wires.map((wire) => wire.close())),
  };
}

const inOrder = <Value, Shown>(
  all: ReadonlyMap<string, Value>,
  show: (value: Value) => Shown,
): Readonly<Record<string, Shown>> =>
  Object.fromEntries(
    [...all].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, show(value)]),
  );

/** A line for each kind of key that a function asked for something. */
export const linesOf = (calls: AskedCalls): readonly string[] =>
  Object.entries(calls).flatMap(([name, asks]) =>
    Object.entries(asks).flatMap(([ask, keys]) =>
      (keys.length === 0 ? [''] : keys).map((key) => `${name}: ${ask} ${key}`),
    ),
  );

/**
 * Without what a gate asks of a table that was silent for a moment (`table-gate.ts`), as any function may on a busy machine, and
 * what a first commit asks (`link-forms.ts`); who migrates and who says that all is ready ask the same in any case.
 */
export const withoutProbes = (calls: AskedCalls): AskedCalls =>
  Object.fromEntries(
    Object.entries(calls).map(([name, asks]) => [
      name,
      ['migrate', 'query'].includes(name) ? asks : withoutProbesIn(asks),
    ]),
  );
const withoutProbesIn = (asks: AskedCalls[string]): AskedCalls[string] =>
  Object.fromEntries(
    Object.entries(asks).flatMap(([ask, keys]) => {
      const others = keys.filter((key) => ask !== 'dynamodb:GetItem table' || key !== SCHEMA_KEY.pk);
      return keys.length > 0 && others.length === 0 ? [] : [[ask, others]];
    }),
  );
