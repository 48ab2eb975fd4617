/** What became of a chain that once had a link of this hash: another stands in its place, or none does. */
export const changeSince = (
  link: Readonly<{ hash: string }> | undefined,
  hash: string,
): 'rewritten' | 'shortened' | undefined => {
  if (link === undefined) return 'shortened';
  return link.hash === hash ? undefined : 'rewritten';
};

/** A store that has less than it had of something that is never deleted. */
type Less = Readonly<{ kind: 'BadRow'; row: 'row'; id: ''; fault: 'shortened'; detail: string }>;

/** The first of `names` of which there is less now than there was then. */
export function lessThan<Name extends string>(
  names: readonly Name[],
  then: Readonly<Record<Name, number>>,
  now: Readonly<Record<Name, number>>,
): Less | undefined {
  const name = names.find((each) => now[each] < then[each]);
  if (name === undefined) return undefined;
  const detail = `there were ${then[name]} ${name}, there are ${now[name]}`;
  return { kind: 'BadRow', row: 'row', id: '', fault: 'shortened', detail };
}
