import { domainToUnicode } from 'node:url';
import type { EmailSpellings } from '../../ports/email-spellings.ts';

export const systemEmailSpellings: EmailSpellings = (email) => {
  const hostAt = email.lastIndexOf('@') + 1;
  const host = email.slice(hostAt);
  const unicode = domainToUnicode(host);
  return [...new Set([host, unicode === '' ? host : unicode])]
    .flatMap((each) => [each, `${each}.`])
    .map((each) => `${email.slice(0, hostAt)}${each}`)
    .filter((each) => each !== email);
};
