/**
 * Every mailbox that a folded text names, in the form in which people are compared. An address counts wherever it stands:
 * behind a provider's name, in display form, quoted, with comments, or among others. The part of an address behind `+` is
 * a tag of its owner's, and Google's hosts pass over dots; `0015-who-a-person-is.md` has the reasons. Where a text can be
 * read in two ways both count. `mailboxes_in` of the Postgres migrations says the same.
 */
export function mailboxesIn(text: string): readonly string[] {
  const readings = ['', ' '].flatMap((escape) => {
    const unquoted = text.replaceAll('"', '').replaceAll('\\', escape);
    return [unquoted, withoutComments(unquoted)];
  });
  return [
    ...new Set(
      readings.flatMap((reading) =>
        reading
          .replaceAll(/(?<! ) *@ */g, '@')
          .split(BETWEEN)
          .flatMap((word) => comparedMailbox(word) ?? []),
      ),
    ),
  ];
}

/** What stands between an address and the text around it. */
const BETWEEN = /[ |:/<>,;()[\]{}=?&#]+/;

const COMMENT = /\([^()]*\)/g;

/** Comments are nested: the innermost go first. */
function withoutComments(text: string): string {
  const shorter = text.replaceAll(COMMENT, '');
  return shorter === text ? text : withoutComments(shorter);
}

const GOOGLE = ['gmail.com', 'googlemail.com'];

function comparedMailbox(word: string): string | undefined {
  const at = word.lastIndexOf('@');
  const local = word.slice(0, Math.max(at, 0)).replace(/^['.@]+/, '');
  const host = word.slice(at + 1).replace(/(?<!['.])['.]+$/, '');
  if (local === '' || host === '') return undefined;
  const untagged = local.replace(/^([^+]+)\+.*$/s, '$1');
  return GOOGLE.includes(host) ? `${untagged.replaceAll('.', '')}@gmail.com` : `${untagged}@${host}`;
}
