/** The numbers of so many shards. */
export const shards = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, shard) => shard);

/** FNV-1a: the same text always falls into the same shard. */
export function shardOf(text: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % count;
}
