/**
 * Loaded into a real server before it starts: breaks what the platform's own code calls, in the context in which it calls it.
 * A body that names a fault sets it off while it is read; SIGUSR2 has the relay's next round set one off.
 */
const parse = JSON.parse.bind(JSON);
JSON.parse = (text: string, ...rest: readonly never[]): unknown => {
  if (text.includes('floating rejection')) void Promise.reject(new Error('secret'));
  if (text.includes('exception in a callback'))
    setTimeout(() => {
      throw new Error('secret');
    });
  if (text.includes('both after a while'))
    setTimeout(() => {
      void (async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('secret');
      })();
      throw new Error('secret');
    }, 50);
  return parse(text, ...rest);
};

let kind: string | undefined;
process.on('SIGUSR2', () => void (kind = process.env['FAULT_OF_A_WORKER'] ?? 'rejection'));
const groupBy = Map.groupBy.bind(Map);
Map.groupBy = ((items: readonly never[], ...rest: readonly never[]) => {
  const now = kind;
  kind = undefined;
  if (now === 'rejection') void Promise.reject(new Error('secret'));
  if (now === 'exception')
    setImmediate(() => {
      throw new Error('secret');
    });
  return groupBy(items, ...(rest as unknown as readonly [never]));
}) as typeof Map.groupBy;
