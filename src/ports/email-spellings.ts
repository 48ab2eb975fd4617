/**
 * The other spellings of an email whose host is in ASCII, in lower case and without a final dot, that earlier versions
 * stored as mailboxes of their own: with a final dot, with the host in Unicode, or both. Never the email itself.
 */
export type EmailSpellings = (email: string) => readonly string[];
