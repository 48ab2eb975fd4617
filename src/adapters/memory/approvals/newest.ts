/** The newest of what was added, up to `most`, oldest first; `add` says of what it knows already that it is not new. */
export function keepNewest<Item>(most: number, idOf: (item: Item) => string) {
  const items = new Map<string, Item>();
  return {
    newest: (): readonly Item[] => [...items.values()],
    add: (item: Item): boolean => {
      const id = idOf(item);
      if (items.has(id)) return false;
      items.set(id, item);
      const [oldest] = items.keys();
      if (items.size > most && oldest !== undefined) items.delete(oldest);
      return true;
    },
  };
}

/** `kept` bounds the memory; `tell` is called with each item that is new. */
export type KeepTerms<Item> = Readonly<{ kept: number; tell?: (item: Item) => void }>;
